import { expect, it } from 'vitest';
import { goldenCases } from '../../../tests/support/golden.ts';
import { type InfotextOption, overridesFromInfotext } from './infotext-overrides.ts';

interface MapCase {
  label: string;
  option: string;
  default: boolean | number | string | null;
}

const WHOLE_NUMBERS = ['CLIP_stop_at_last_layers', 'eta_noise_seed_delta', 'uni_pc_order'];

const options = goldenCases<MapCase>('infotext/infotext_option_map.json').map((entry): InfotextOption => {
  const kind = typeof entry.default;
  const numeric = WHOLE_NUMBERS.includes(entry.option) ? 'integer' : 'number';
  const type = kind === 'boolean' ? 'boolean' : kind === 'number' ? numeric : 'string';
  return { infotext: entry.label, key: entry.option, type };
});

it.each(goldenCases<{ pairs: string[]; out: Record<string, unknown> }>('infotext/override_settings.json'))(
  'reads $pairs',
  ({ pairs, out }) => {
    const fields = pairs.map((pair) => pair.split(/:(.*)/) as [string, string]);
    const overrides = overridesFromInfotext(fields, options);
    // The reference looked the checkpoint up and had none; here the hash goes to the library.
    if ('sd_model_checkpoint' in out) expect(overrides.sd_model_checkpoint).toBe('e6e99610c4');
    expect({ ...overrides, sd_model_checkpoint: null }).toEqual({ ...out, sd_model_checkpoint: null });
  },
);

it('leaves out what does not fit', () => {
  const fields: [string, string][] = [
    ['Clip skip', '2.5'],
    ['Schedule rho', 'x'],
    ['Tiling', 'maybe'],
    ['ENSD', ''],
    ['Eta', '0.5'],
  ];
  expect(overridesFromInfotext(fields, options)).toEqual({ eta_ancestral: 0.5 });
});
