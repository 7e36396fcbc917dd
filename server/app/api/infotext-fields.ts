import { OPTIONS } from '#contracts/options.ts';
import { LIMITS, type PictureRequest } from '#contracts/request.ts';
import type { Extensions, Library, Settings } from '../services.ts';
import { checkOption } from '../settings/check-option.ts';

/** What `core/prompt` reads out of a `parameters` text. */
export interface InfotextReading {
  prompt: string;
  negativePrompt: string;
  fields: ReadonlyMap<string, string>;
}

export interface FilledFields {
  /** Fields of a request that would make the picture again. */
  fields: Partial<PictureRequest>;
  /** What the text says and no field holds. */
  unknown: Record<string, string>;
}

export interface InfotextDeps {
  settings: Pick<Settings, 'get'>;
  library: Pick<Library, 'resolve'>;
  extensions: Pick<Extensions, 'panels'>;
}

const INTEGERS: Readonly<Record<string, keyof PictureRequest>> = {
  Steps: 'steps',
  Seed: 'seed',
  'Variation seed': 'subseed',
  'Batch size': 'batch_size',
  'Hires steps': 'hr_second_pass_steps',
};
const NUMBERS: Readonly<Record<string, keyof PictureRequest>> = {
  'CFG scale': 'cfg_scale',
  'Variation seed strength': 'subseed_strength',
  'Denoising strength': 'denoising_strength',
  'Hires upscale': 'hr_scale',
};
const TEXTS: Readonly<Record<string, keyof PictureRequest>> = {
  Sampler: 'sampler_name',
  'Schedule type': 'scheduler',
  'Hires upscaler': 'hr_upscaler',
  'Hires sampler': 'hr_sampler_name',
  'Hires schedule type': 'hr_scheduler',
  'Hires prompt': 'hr_prompt',
  'Hires negative prompt': 'hr_negative_prompt',
};
const RANGES: Partial<Record<keyof PictureRequest, { min: number; max: number }>> = {
  steps: LIMITS.steps,
  batch_size: LIMITS.batchSize,
  cfg_scale: { min: 0, max: 1000 },
  subseed_strength: { min: 0, max: 1 },
  denoising_strength: { min: 0, max: 1 },
  hr_second_pass_steps: { min: 0, max: LIMITS.steps.max },
  hr_scale: LIMITS.hiresScale,
};
/** Facts about the picture that set nothing. "Batch pos" counts within its batch. */
const FACTS = new Set(['Version', 'Model', 'Model hash', 'Batch pos', 'User']);

/** An infotext as fields of a request. Values that make no sense are left in `unknown`; never throws. */
export function fieldsFromInfotext(reading: InfotextReading, deps: InfotextDeps): FilledFields {
  const fields: Partial<PictureRequest> = { prompt: reading.prompt, negative_prompt: reading.negativePrompt };
  const overrides: Record<string, unknown> = {};
  const extensions: Record<string, Record<string, unknown>> = {};
  const unknown: Record<string, string> = {};
  for (const [key, value] of reading.fields) {
    const taken =
      takeNumber(fields, key, value) ||
      takeSize(fields, key, value) ||
      takeText(fields, key, value) ||
      takeOption(overrides, key, value, deps.settings) ||
      takePanelValue(extensions, key, value, deps.extensions);
    if (!taken && !FACTS.has(key)) unknown[key] = value;
  }
  takeCheckpoint(overrides, reading.fields, deps);
  if (tellsOfHires(reading.fields)) fields.enable_hr = true;
  if (Object.keys(overrides).length > 0) fields.override_settings = overrides;
  if (Object.keys(extensions).length > 0) fields.extensions = extensions;
  return { fields, unknown };
}

function takeNumber(fields: Partial<PictureRequest>, key: string, text: string): boolean {
  const name = INTEGERS[key] ?? NUMBERS[key];
  const value = Number(text);
  if (name === undefined || text.trim() === '' || !Number.isFinite(value)) return false;
  if (key in INTEGERS && !Number.isSafeInteger(value)) return false;
  const range = RANGES[name];
  if (range !== undefined && (value < range.min || value > range.max)) return false;
  Object.assign(fields, { [name]: value });
  return true;
}

function takeText(fields: Partial<PictureRequest>, key: string, text: string): boolean {
  const name = TEXTS[key];
  if (name !== undefined) Object.assign(fields, { [name]: text });
  return name !== undefined;
}

function takeSize(fields: Partial<PictureRequest>, key: string, text: string): boolean {
  const match = /^(\d+)x(\d+)$/.exec(text);
  if (match === null) return false;
  const width = Number(match[1]);
  const height = Number(match[2]);
  if (key === 'Hires resize') return takeHiresSize(fields, width, height);
  if (!isSide(width) || !isSide(height)) return false;
  if (key === 'Size') Object.assign(fields, { width, height });
  else if (key === 'Seed resize from')
    Object.assign(fields, { seed_resize_from_w: width, seed_resize_from_h: height });
  else return false;
  return true;
}

/** A side of 0 follows from the other. */
function takeHiresSize(fields: Partial<PictureRequest>, width: number, height: number): boolean {
  if (![width, height].every((side) => side === 0 || isSide(side))) return false;
  Object.assign(fields, { hr_resize_x: width, hr_resize_y: height });
  return true;
}

/** A second pass is named by its strength and what it was scaled by. */
function tellsOfHires(fields: ReadonlyMap<string, string>): boolean {
  const scaled = ['Hires upscale', 'Hires resize', 'Hires upscaler'].some((key) => fields.has(key));
  return scaled && fields.has('Denoising strength');
}

function isSide(value: number): boolean {
  return value >= LIMITS.width.min && value <= LIMITS.width.max;
}

/** An option that the text names becomes an override where it differs from the setting. */
function takeOption(
  overrides: Record<string, unknown>,
  key: string,
  text: string,
  settings: Pick<Settings, 'get'>,
): boolean {
  const option = OPTIONS.find((each) => each.infotext === key && each.effective);
  if (option === undefined || option.key === 'sd_model_checkpoint') return false;
  try {
    const value = checkOption(option, text);
    if (value !== settings.get(option.key)) overrides[option.key] = value;
    return true;
  } catch {
    return false;
  }
}

function takePanelValue(
  values: Record<string, Record<string, unknown>>,
  key: string,
  text: string,
  extensions: Pick<Extensions, 'panels'>,
): boolean {
  for (const { extension, panel } of extensions.panels()) {
    const field = panel.fields.find((each) => each.infotext === key);
    if (field === undefined) continue;
    const on = panel.enabledBy === undefined ? {} : { [panel.enabledBy]: true };
    values[extension] = { ...on, ...values[extension], [field.key]: asFieldValue(field.kind, text) };
    return true;
  }
  return false;
}

function asFieldValue(kind: string, text: string): unknown {
  if (kind === 'toggle') return text === 'True' || text === 'true';
  return kind === 'number' || kind === 'slider' ? Number(text) : text;
}

/** The checkpoint, where the user lets pasted settings change it and it is here. */
function takeCheckpoint(
  overrides: Record<string, unknown>,
  fields: ReadonlyMap<string, string>,
  deps: InfotextDeps,
): void {
  if (deps.settings.get('disable_weights_auto_swap') !== false) return;
  for (const name of [fields.get('Model hash'), fields.get('Model')]) {
    if (name === undefined) continue;
    try {
      overrides.sd_model_checkpoint = deps.library.resolve(name).title;
      return;
    } catch {
      // Not here: the text's other name may be, else the checkpoint in use stays.
    }
  }
}
