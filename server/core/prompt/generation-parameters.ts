/**
 * An infotext as the settings that remake its picture: absent fields filled with what AUTOMATIC1111 assumed, sizes
 * split, old versions' behaviour named. The result of its `parse_generation_parameters`, which API clients know.
 */
import { parseAttention } from './attention.ts';
import { parseInfotext } from './infotext.ts';

/** Values found in the text are strings; values filled in have the type that fits. */
export type GenerationParameters = Record<string, string | number | boolean>;

export interface GenerationParameterOptions {
  /** Keys to leave out of the result. */
  skipFields?: readonly string[];
  /** Name the behaviour of old versions by their `Version`. Default true (option `auto_backcompat`). */
  backwardCompatible?: boolean;
}

const IMAGE_SIZE = /^(\d+)x(\d+)$/;

/** Never throws. */
export function parseGenerationParameters(
  infotext: string,
  { skipFields = [], backwardCompatible = true }: GenerationParameterOptions = {},
): GenerationParameters {
  const { prompt, negativePrompt, fields } = parseInfotext(infotext);
  const found: GenerationParameters = {};
  for (const [key, value] of fields) {
    const size = IMAGE_SIZE.exec(value);
    if (!size) found[key] = value;
    else [found[`${key}-1`], found[`${key}-2`]] = [size[1]!, size[2]!];
  }
  found.Prompt = prompt;
  found['Negative prompt'] = negativePrompt;
  if (found.Hypernet) found.Prompt += `<hypernet:${found.Hypernet}:${found['Hypernet strength'] ?? '1.0'}>`;

  const result: GenerationParameters = { ...DEFAULTS, ...found };
  if (!('Hires resize-1' in found)) Object.assign(result, { 'Hires resize-1': 0, 'Hires resize-2': 0 });
  restoreFirstPassSize(result);
  if (result['FP8 weight'] !== 'Disable') result['Cache FP16 weight for LoRA'] ??= false;
  if (usesEmphasis(prompt) || usesEmphasis(negativePrompt)) result.Emphasis ??= 'Original';
  if (backwardCompatible) nameOldBehaviour(result);
  for (const key of skipFields) delete result[key];
  return result;
}

const DEFAULTS: GenerationParameters = {
  'Clip skip': '1',
  'Hires sampler': 'Use same sampler',
  'Hires schedule type': 'Use same scheduler',
  'Hires checkpoint': 'Use same checkpoint',
  'Hires prompt': '',
  'Hires negative prompt': '',
  'Mask mode': 'Inpaint masked',
  'Masked content': 'original',
  'Inpaint area': 'Whole picture',
  'Masked area padding': 32,
  RNG: 'GPU',
  'Schedule type': 'Automatic',
  'Schedule max sigma': 0,
  'Schedule min sigma': 0,
  'Schedule rho': 0,
  'VAE Encoder': 'Full',
  'VAE Decoder': 'Full',
  'FP8 weight': 'Disable',
  'Refiner switch by sampling steps': false,
};

function usesEmphasis(prompt: string): boolean {
  return parseAttention(prompt).some(({ text, weight }) => weight !== 1 && text !== 'BREAK');
}

/** Texts of before hires fix named its target: `Size` was the target, `First pass size` what was painted first. */
function restoreFirstPassSize(result: GenerationParameters): void {
  const first = [result['First pass size-1'], result['First pass size-2']].map(Number);
  if (first.some(Number.isNaN)) return;
  const width = Number(result['Size-1'] ?? 512);
  const height = Number(result['Size-2'] ?? 512);
  const [firstWidth, firstHeight] = first.includes(0)
    ? oldFirstPassSize(width, height)
    : (first as [number, number]);
  Object.assign(result, { 'Size-1': firstWidth, 'Size-2': firstHeight });
  Object.assign(result, { 'Hires resize-1': width, 'Hires resize-2': height });
}

/** About 512 × 512 pixels in the picture's shape, up to whole 64s. */
function oldFirstPassSize(width: number, height: number): [width: number, height: number] {
  const scale = Math.sqrt((512 * 512) / (width * height));
  const rounded = (side: number) => Math.ceil((scale * side) / 64) * 64;
  return [rounded(width), rounded(height)];
}

function nameOldBehaviour(result: GenerationParameters): void {
  const version = parseVersion(String(result.Version ?? ''));
  if (!version) return;
  const before = (other: string) => compareVersions(version, parseVersion(other)!) < 0;
  if (before('1.6.0')) {
    if (String(result.Prompt).includes('[')) result['Old prompt editing timelines'] = true;
    if (result.Sampler === 'DDIM' || result.Sampler === 'PLMS') result['Pad conds v0'] = true;
  }
  if (before('1.7.0-225')) result['Downcast alphas_cumprod'] = true;
  if (before('1.8.0') && result.Refiner) result['Refiner switch by sampling steps'] = true;
}

const VERSION = /^v?(\d+(?:\.\d+)*)(?:[-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?\d*)?(?:-(\d+))?$/i;

/** Release numbers, then -1 for a pre-release, else the count of commits after the release. */
type Version = { release: number[]; after: number };

/** `v1.7.0`, `1.8.0-RC`, `v1.7.0-225-gabcdef` (git describe); null for anything else. */
function parseVersion(text: string): Version | null {
  const described = /^([^-]+-[^-]+)-/.exec(text);
  const match = VERSION.exec((described?.[1] ?? text).trim());
  if (!match) return null;
  const release = match[1]!.split('.').map(Number);
  return { release, after: match[2] ? -1 : Number(match[3] ?? 0) };
}

function compareVersions(a: Version, b: Version): number {
  for (let i = 0; i < Math.max(a.release.length, b.release.length); i++) {
    const difference = (a.release[i] ?? 0) - (b.release[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.after - b.after;
}
