/** Hires fix: its fields in the form, and the size it leads to. Pure. */
import type { PictureRequest } from '#contracts/request.ts';
import type { OptionValues } from '../../data/api-types.ts';
import type { Size } from './size.ts';

/** As in the request, but that "as in the first pass" is always the empty string. */
export type HiresValues = Pick<
  PictureRequest,
  | 'enable_hr'
  | 'hr_second_pass_steps'
  | 'hr_scale'
  | 'hr_resize_x'
  | 'hr_resize_y'
  | 'hr_prompt'
  | 'hr_negative_prompt'
> &
  Record<'hr_upscaler' | 'hr_sampler_name' | 'hr_scheduler', string> & { denoising_strength: number };

export const HIRES_DEFAULTS: HiresValues = {
  enable_hr: false,
  hr_upscaler: 'Latent',
  hr_second_pass_steps: 0,
  denoising_strength: 0.7,
  hr_scale: 2,
  hr_resize_x: 0,
  hr_resize_y: 0,
  hr_sampler_name: '',
  hr_scheduler: '',
  hr_prompt: '',
  hr_negative_prompt: '',
};

const HIRES_KEYS = Object.keys(HIRES_DEFAULTS) as (keyof HiresValues)[];

/**
 * Hires fix as a picture had it. What the picture does not tell was at its default; a picture without hires fix
 * switches it off and leaves its fields as they are.
 */
export function hiresFrom(request: Partial<PictureRequest>): Partial<HiresValues> {
  if (request.enable_hr !== true) return { enable_hr: false };
  return Object.fromEntries(
    HIRES_KEYS.map((key) => [key, request[key] ?? HIRES_DEFAULTS[key]]),
  ) as unknown as HiresValues;
}

/** The values that are sent: those of hires fix stay here while it is off. */
export function withoutIdleHires<V extends HiresValues>(
  values: V,
): Omit<V, keyof HiresValues> & Partial<HiresValues> {
  if (values.enable_hr) return values;
  const idle: ReadonlySet<string> = new Set(HIRES_KEYS);
  return Object.fromEntries(Object.entries(values).filter(([key]) => !idle.has(key))) as Omit<
    V,
    keyof HiresValues
  >;
}

/** Pixels of one latent pixel. */
const CELL = 8;
const inCells = (side: number) => Math.max(1, Math.floor(side / CELL)) * CELL;

type SizeFields = Pick<PictureRequest, 'width' | 'height' | 'hr_scale' | 'hr_resize_x' | 'hr_resize_y'>;

/**
 * Size of the finished picture, as the server computes it: by the factor, or where a side is wished, to cover the wished
 * sides and be cut to them.
 */
export function hiresTarget({ width, height, hr_scale, hr_resize_x: x, hr_resize_y: y }: SizeFields): Size {
  if (x === 0 && y === 0) {
    return { width: inCells(Math.trunc(width * hr_scale)), height: inCells(Math.trunc(height * hr_scale)) };
  }
  const byWidth = y === 0 || (x !== 0 && width / height < x / y);
  const covering = byWidth
    ? { width: x, height: Math.floor((x * height) / width) }
    : { width: Math.floor((y * width) / height), height: y };
  return { width: cut(covering.width, x), height: cut(covering.height, y) };
}

/** A side in whole cells, without the cells that stand over the wished side. */
function cut(side: number, wished: number): number {
  const excess = wished === 0 ? 0 : Math.floor((side - wished) / CELL);
  return Math.max(CELL, inCells(side) - excess * CELL);
}

/** Whether width and height are the final size already: an option, kept for old pictures. */
export function isSizeFinal(overrides: OptionValues, options: OptionValues | undefined): boolean {
  const key = 'use_old_hires_fix_width_height';
  return (overrides[key] ?? options?.[key]) === true;
}

/** Size of the finished picture of a request, with hires fix or without. */
export function finalSize(request: SizeFields & { enable_hr: boolean }, sizeIsFinal: boolean): Size {
  const { width, height } = request;
  return request.enable_hr && !sizeIsFinal ? hiresTarget(request) : { width, height };
}

/** "from 128×128", "to 256×256" */
export function describeHires(request: SizeFields, sizeIsFinal: boolean): string[] {
  const show = ({ width, height }: Size) => `${width}×${height}`;
  return sizeIsFinal
    ? [`to ${show(request)}`]
    : [`from ${show(request)}`, `to ${show(hiresTarget(request))}`];
}
