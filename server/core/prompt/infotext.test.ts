import { describe, expect, it } from 'vitest';
import { goldenCases } from '../../../tests/support/golden.ts';
import { parseGenerationParameters } from './generation-parameters.ts';
import {
  floatValue,
  type InfotextEntry,
  type InfotextValue,
  infotextValueText,
  parseInfotext,
  quoteInfotext,
  unquoteInfotext,
  writeInfotext,
} from './infotext.ts';
import { standardFields } from './infotext-fields.ts';

interface CreateCase {
  params: Record<string, never> & {
    steps: number;
    sampler_name: string;
    scheduler: string;
    cfg_scale: number;
    width: number;
    height: number;
    restore_faces: boolean;
    tiling: boolean;
    subseed_strength?: number;
    seed_resize_from_w?: number;
    seed_resize_from_h?: number;
    image_cfg_scale?: number;
  };
  attrs: Record<string, string>;
  extra_generation_params: Record<string, InfotextValue | string[]>;
  hires: { prompts: string[]; negs: string[] } | null;
  options: Record<string, never>;
  prompts: string[];
  negatives: string[];
  seeds: string[];
  subseeds: string[];
  index: number;
  infotext: string;
  parsed: Record<string, unknown>;
}

/** What the reference resolves before it writes: one value per picture, hires prompts where they differ. */
function extraEntries({
  extra_generation_params,
  hires,
  prompts,
  negatives,
  index,
}: CreateCase): InfotextEntry[] {
  const entries = Object.entries(extra_generation_params).map(([key, value]): InfotextEntry => {
    if (Array.isArray(value)) return [key, value[index]];
    return [key, value === '<callable>' ? `i${index}` : value];
  });
  if (!hires) return entries;
  const at = entries.findIndex(([key]) => key === 'Hires schedule type');
  const differing = (given: string, first: string) => (given === first ? null : given);
  entries.splice(
    at,
    0,
    ['Hires prompt', differing(hires.prompts[index]!, prompts[index]!)],
    ['Hires negative prompt', differing(hires.negs[index]!, negatives[index]!)],
  );
  return entries;
}

function create(entry: CreateCase): string {
  const { params, attrs, options, index } = entry;
  const option = (key: string) => (options as Record<string, unknown>)[key];
  const fields = standardFields({
    steps: params.steps,
    sampler: params.sampler_name,
    scheduler: params.scheduler,
    cfgScale: params.cfg_scale,
    imageCfgScale: params.image_cfg_scale,
    seed: BigInt(entry.seeds[index]!),
    faceRestoration: params.restore_faces ? 'CodeFormer' : undefined,
    width: params.width,
    height: params.height,
    modelHash: 'e1441589a6',
    model: option('add_model_name_to_info') === false ? undefined : (attrs.sd_model_name ?? 'v1-5-pruned'),
    vaeHash: attrs.sd_vae_hash,
    vae: attrs.sd_vae_name,
    variationSeed: BigInt(entry.subseeds[index]!),
    variationSeedStrength: params.subseed_strength,
    seedResizeFromWidth: params.seed_resize_from_w,
    seedResizeFromHeight: params.seed_resize_from_h,
    clipSkip: option('CLIP_stop_at_last_layers') as number | undefined,
    ensd:
      params.sampler_name === 'Euler a' ? (option('eta_noise_seed_delta') as number | undefined) : undefined,
    initImageHash: attrs.init_img_hash,
    rng: option('randn_source') as string | undefined,
    tiling: params.tiling,
    denoisingStrength: entry.extra_generation_params['Denoising strength'] as InfotextValue,
    extra: extraEntries(entry),
    version: option('add_version_to_infotext') === false ? undefined : 'v1.10.1',
    user: attrs.user,
  });
  return writeInfotext({ prompt: entry.prompts[index]!, negativePrompt: entry.negatives[index]!, fields });
}

const created = goldenCases<CreateCase>('infotext/create_and_parse.json').map((entry, index) => ({
  ...entry,
  name: `${index}: ${entry.infotext.slice(0, 60)}`,
}));

describe('as the reference', () => {
  it.each(created)('writes $name', (entry) => {
    expect(create(entry)).toBe(entry.infotext);
  });

  it.each(created)('reads $name', ({ infotext, parsed }) => {
    expect(parseGenerationParameters(infotext)).toEqual(parsed);
  });

  it.each(
    goldenCases<{ infotext: string; skip_fields?: string[]; parsed: Record<string, unknown> }>(
      'infotext/parse_only.json',
    ),
  )('reads $infotext', ({ infotext, skip_fields, parsed }) => {
    const options = skip_fields ? { skipFields: skip_fields } : {};
    expect(parseGenerationParameters(infotext, options)).toEqual(parsed);
  });

  it.each(
    goldenCases<{ value?: InfotextValue; quoted: unknown; unquote_input?: string; unquoted: string | null }>(
      'infotext/quote.json',
    ),
  )('quotes $value, unquotes $unquote_input', ({ value, quoted, unquote_input, unquoted }) => {
    if (unquote_input !== undefined) expect(unquoteInfotext(unquote_input)).toBe(unquoted);
    else if (typeof value === 'string') {
      expect(quoteInfotext(value)).toBe(quoted);
      expect(unquoteInfotext(quoteInfotext(value))).toBe(unquoted);
    }
  });
});

it.each<[NonNullable<InfotextValue>, string]>([
  [7, '7'],
  [floatValue(7), '7.0'],
  [floatValue(0.35), '0.35'],
  [1e-5, '1e-05'],
  [floatValue(1e16), '1e+16'],
  [floatValue(123456789.5), '123456789.5'],
  [floatValue(0), '0.0'],
  [0.0001, '0.0001'],
  [1e21, '1000000000000000000000'],
  [18446744073709551615n, '18446744073709551615'],
  [true, 'True'],
])('prints $1', (value, text) => {
  expect(infotextValueText(value)).toBe(text);
});

it('keeps unknown fields and their order', () => {
  const { fields } = parseInfotext('p\nSteps: 1, Zeta: "a, b", Other/key: 3, Sampler: x');
  expect([...fields]).toEqual([
    ['Steps', '1'],
    ['Zeta', 'a, b'],
    ['Other/key', '3'],
    ['Sampler', 'x'],
  ]);
});
