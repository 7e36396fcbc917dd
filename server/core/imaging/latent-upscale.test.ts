import { describe, expect, it } from 'vitest';
import { goldenTensors, maxDifference } from '../../../tests/support/golden.ts';
import { cutLatent, isLatentUpscaler, LATENT_UPSCALERS, upscaleLatent } from './latent-upscale.ts';

const tensors = goldenTensors('pipeline/latent_upscale.safetensors');
const source = tensors.get('in')!;
const cases = [...tensors.keys()]
  .filter((name) => name !== 'in')
  .map((name) => name.split('/') as [string, string]);

describe('latent upscalers', () => {
  it.each(cases)('%s, %s', (size, name) => {
    if (!isLatentUpscaler(name)) throw new Error(`${name} is not known`);
    const [height, width] = size.split('x').map(Number) as [number, number];
    const expected = tensors.get(`${size}/${name}`)!;
    const actual = upscaleLatent(source, height, width, name);
    expect(actual.shape).toEqual(expected.shape);
    expect(maxDifference(actual.data, expected.data)).toBeLessThan(2e-6);
  });

  it('covers every upscaler', () => {
    expect(new Set(cases.map(([, name]) => name))).toEqual(new Set(LATENT_UPSCALERS));
    expect(isLatentUpscaler('R-ESRGAN 4x+')).toBe(false);
    expect(isLatentUpscaler('toString')).toBe(false);
  });

  it('cuts half of what is too much on each side, the odd one at the end', () => {
    const latent = { data: Float32Array.from({ length: 20 }, (_, i) => i), shape: [1, 1, 4, 5] };
    expect(cutLatent(latent, 3, 1)).toEqual({
      data: Float32Array.of(1, 2, 6, 7, 11, 12),
      shape: [1, 1, 3, 2],
    });
    expect(cutLatent(latent, 0, 0)).toBe(latent);
  });
});
