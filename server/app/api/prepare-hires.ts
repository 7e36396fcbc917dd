import { TapestryError } from '#contracts/errors.ts';
import { LIMITS, type PictureRequest } from '#contracts/request.ts';
import { hiresSize } from '#core/imaging/hires-size.ts';
import { isLatentUpscaler, LATENT_UPSCALERS } from '#core/imaging/latent-upscale.ts';
import type { SamplingNames } from './prepare.ts';

/** Denoising strength of hires fix where none is asked for. */
const DENOISING = 0.75;
/** Pixels of one latent pixel: no side may be smaller. */
const SMALLEST = 8;

/** Words of A1111's page for "as in the first pass". */
const SAME = ['', 'Use same sampler', 'Use same scheduler'];

/**
 * The fields of hires fix, checked and resolved; none where it is off.
 * @throws TapestryError naming the field: an upscaler that is not a latent one, an unknown sampler or scheduler, a size
 *   out of range
 */
export function prepareHires(
  request: PictureRequest,
  names: SamplingNames,
  options: Readonly<Record<string, unknown>>,
): Partial<PictureRequest> {
  if (!request.enable_hr) return {};
  const upscaler = request.hr_upscaler || null;
  if (upscaler !== null && !isLatentUpscaler(upscaler)) {
    throw invalid('hr_upscaler', upscaler, LATENT_UPSCALERS.join(', '));
  }
  checkSize(request, options.use_old_hires_fix_width_height === true);
  return {
    ...resolveHiresNames(request, names),
    hr_upscaler: upscaler,
    denoising_strength: request.denoising_strength ?? DENOISING,
  };
}

function checkSize(request: PictureRequest, oldBehaviour: boolean): void {
  const { width, height, hr_scale: scale, hr_resize_x: resizeX, hr_resize_y: resizeY } = request;
  const { upscaleTo } = hiresSize({ width, height, scale, resizeX, resizeY, oldBehaviour });
  const wished = [resizeX, resizeY].filter((side) => side > 0);
  if ([...upscaleTo, ...wished].every((side) => side >= SMALLEST && side <= LIMITS.width.max)) return;
  const field = wished.length === 0 ? 'hr_scale' : resizeX > 0 ? 'hr_resize_x' : 'hr_resize_y';
  const sides = `sides of ${SMALLEST} to ${LIMITS.width.max} pixels, not ${upscaleTo.join(' × ')}`;
  throw invalid(field, request[field], `what gives ${sides}`);
}

function resolveHiresNames({ hr_sampler_name, hr_scheduler }: PictureRequest, names: SamplingNames) {
  const samplerName = asOwn(hr_sampler_name);
  const schedulerName = asOwn(hr_scheduler);
  const sampler = samplerName === null ? null : names.resolveSampler(samplerName);
  if (sampler !== null && sampler.found === undefined) {
    const accepted = sampler.nearest.join(', ');
    throw new TapestryError('UNKNOWN_SAMPLER', { field: 'hr_sampler_name', value: samplerName, accepted });
  }
  const scheduler = schedulerName === null ? null : names.resolveScheduler(schedulerName);
  if (scheduler !== null && scheduler.found === undefined) {
    const accepted = scheduler.nearest.join(', ');
    throw new TapestryError('UNKNOWN_SCHEDULER', { field: 'hr_scheduler', value: schedulerName, accepted });
  }
  return {
    hr_sampler_name: sampler?.found.sampler.name ?? null,
    hr_scheduler: scheduler?.found.label ?? sampler?.found.scheduler?.label ?? null,
  };
}

function asOwn(name: string | null): string | null {
  return name === null || SAME.includes(name) ? null : name;
}

function invalid(field: string, value: unknown, accepted: string): TapestryError {
  return new TapestryError('INVALID_FIELD', { field, value, accepted });
}
