import { describe, expect, it } from 'vitest';
import { goldenCases, goldenTensors, maxDifference } from '../../../../tests/support/golden.ts';
import { algebraOf, applyLora, misfit } from './apply.ts';

interface Case {
  case: string;
  multipliers: { multiplier: number }[];
}

const tensors = goldenTensors('models/lycoris/lycoris.safetensors');
const cases = goldenCases<Case>('models/lycoris/lycoris.json').flatMap(({ case: name, multipliers }) =>
  multipliers.map(({ multiplier }) => ({ name, strength: multiplier, at: multiplier.toFixed(1) })),
);

/**
 * Where the web UI of AUTOMATIC1111 and LyCORIS disagree and this project follows LyCORIS: magnitudes per output
 * channel, to which the web UI applies the norms of input channels.
 */
const AS_LYCORIS = new Set(['dora_out', 'dora_out_conv', 'loha_dora_out', 'lokr_dora_out']);

function apply(name: string, strength: number) {
  const file = [...tensors].filter(([key]) => key.startsWith(`${name}/file/`));
  const params = new Map(file.map(([key, tensor]) => [key.slice(`${name}/file/`.length), tensor]));
  const weight = tensors.get(`${name}/base.weight`)!;
  const algebra = algebraOf(new Set(params.keys()))!;
  const shapes = new Map([...params].map(([param, { shape }]) => [param, shape]));
  expect(misfit(algebra, shapes, weight.shape)).toBeNull();
  return applyLora(algebra, params, { weight, bias: tensors.get(`${name}/base.bias`)! }, { strength });
}

describe('layers of LyCORIS', () => {
  it.each(cases)('$name at $strength', ({ name, strength, at }) => {
    const changed = apply(name, strength);
    const webui = tensors.get(`${name}/a1111@${at}.weight`);
    const lycoris = tensors.get(`${name}/merged@${at}.weight`)!;
    const expected = webui !== undefined && !AS_LYCORIS.has(name) ? webui : lycoris;
    expect(changed.weight.shape).toEqual(expected.shape);
    expect(maxDifference(changed.weight.data, expected.data)).toBeLessThan(2e-6);
    const bias = tensors.get(`${name}/merged@${at}.bias`);
    if (bias) expect(maxDifference(changed.bias!.data, bias.data)).toBeLessThan(2e-6);
  });

  it('leaves the weights it was given as they are', () => {
    const before = tensors.get('locon/base.weight')!.data.slice();
    apply('locon', 1);
    expect(tensors.get('locon/base.weight')!.data).toEqual(before);
  });
});
