/** The values of the txt2img form: what the user chose, over what the checkpoint recommends. Pure. */
import type { Panel } from '#contracts/manifest.ts';
import type { PictureRequest } from '#contracts/request.ts';
import type { Checkpoint } from '../../data/api-types.ts';
import { type PanelValues, panelValues } from '../../forms/values.ts';
import { HIRES_DEFAULTS, type HiresValues, hiresFrom, withoutIdleHires } from './hires.ts';

export type FormValues = Pick<
  PictureRequest,
  | 'prompt'
  | 'negative_prompt'
  | 'sampler_name'
  | 'scheduler'
  | 'steps'
  | 'width'
  | 'height'
  | 'n_iter'
  | 'batch_size'
  | 'cfg_scale'
  | 'seed'
  | 'override_settings'
  | 'extensions'
> &
  HiresValues;

/** Only what differs from the checkpoint's defaults by the user's own hand. */
export type FormEdits = Partial<FormValues>;

const BASE: FormValues = {
  prompt: '',
  negative_prompt: '',
  sampler_name: 'DPM++ 2M',
  scheduler: 'Automatic',
  steps: 20,
  width: 512,
  height: 512,
  n_iter: 1,
  batch_size: 1,
  cfg_scale: 7,
  seed: -1,
  override_settings: {},
  extensions: {},
  ...HIRES_DEFAULTS,
};

/** What an untouched form holds with this checkpoint. */
export function defaultsOf(checkpoint: Checkpoint | null): FormValues {
  if (checkpoint === null || checkpoint.family === null) return BASE;
  const { steps, cfg_scale, sampler_name, scheduler } = checkpoint.defaults;
  return {
    ...BASE,
    width: checkpoint.nativeWidth || BASE.width,
    height: checkpoint.nativeHeight || BASE.height,
    steps: steps ?? BASE.steps,
    cfg_scale: cfg_scale ?? BASE.cfg_scale,
    sampler_name: sampler_name ?? BASE.sampler_name,
    scheduler: scheduler ?? BASE.scheduler,
  };
}

const FORM_KEYS = (Object.keys(BASE) as (keyof FormValues)[]).filter((key) => !(key in HIRES_DEFAULTS));

/** The part of a request that the form can show; the rest of a pasted infotext is not lost, it is an override. */
export function editsFrom(request: Partial<PictureRequest>): FormEdits {
  const known = FORM_KEYS.filter((key) => request[key] !== undefined && request[key] !== null);
  return { ...Object.fromEntries(known.map((key) => [key, request[key]])), ...hiresFrom(request) };
}

/** One panel of one extension. */
export interface ExtensionPanel {
  extension: string;
  panel: Panel;
}

/** What is sent: values of switched-off panels, hires fix among them, stay here. */
export function toRequest(
  values: FormValues,
  panels: readonly ExtensionPanel[],
): FormEdits & Pick<FormValues, 'extensions'> & { task: 'txt2img' } {
  const extensions: Record<string, PanelValues> = {};
  for (const { extension, panel } of panels) {
    const chosen = panelValues(panel, values.extensions[extension]);
    if (panel.enabledBy !== undefined && chosen[panel.enabledBy] !== true) continue;
    extensions[extension] = { ...extensions[extension], ...chosen };
  }
  return { task: 'txt2img', ...withoutIdleHires(values), extensions };
}
