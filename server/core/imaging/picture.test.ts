import { describe, expect, it } from 'vitest';
import { goldenCases } from '../../../tests/support/golden.ts';
import { tile, toPicture } from './picture.ts';

describe('toPicture', () => {
  it('clamps and cuts, as A1111 does', () => {
    const data = new Float32Array([-1.2, 1.5, 0, 0.9999, -1, 0.5]);
    const { rgb, width, height } = toPicture({ data, shape: [1, 3, 1, 2] });
    expect([width, height]).toEqual([2, 1]);
    expect([...rgb]).toEqual([0, 127, 0, 255, 254, 191]);
  });
});

it.each(goldenCases<{ shape: number[]; vae_out: number[]; image: number[] }>('pipeline/to_uint8.json'))(
  'gives the bytes of the reference for a tensor $shape',
  ({ shape, vae_out, image }) => {
    const { rgb } = toPicture({ data: Float32Array.from(vae_out), shape });
    expect([...rgb]).toEqual(image);
  },
);

describe('tile', () => {
  it('puts pictures side by side and leaves empty places black', () => {
    const one = (value: number) => ({ rgb: new Uint8Array([value, value, value]), width: 1, height: 1 });
    const grid = tile([one(1), one(2), one(3)], 2);
    expect([grid.width, grid.height]).toEqual([2, 2]);
    expect([...grid.rgb].filter((_, i) => i % 3 === 0)).toEqual([1, 2, 3, 0]);
  });
});
