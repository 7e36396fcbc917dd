import { describe, expect, it } from 'vitest';
import { blockColors, calibrationPicture, fitPreviewMap, previewPicture } from './preview-map.ts';

describe('preview map', () => {
  it('recovers a linear map from samples', () => {
    const truth = [
      [0.3, -0.1, 0.05, 0.2, 0.5],
      [0.1, 0.2, -0.3, 0.1, 0.4],
      [-0.2, 0.1, 0.1, 0.3, 0.6],
    ];
    const count = 400;
    let state = 1;
    const latents = Float32Array.from({ length: count * 4 }, () => {
      state = (state * 48271) % 2147483647;
      return (state / 2147483647) * 4 - 2;
    });
    const colors = new Float32Array(count * 3);
    for (let s = 0; s < count; s++) {
      for (let color = 0; color < 3; color++) {
        const row = truth[color]!;
        colors[s * 3 + color] =
          row[4]! + [0, 1, 2, 3].reduce((sum, c) => sum + row[c]! * latents[s * 4 + c]!, 0);
      }
    }
    const map = fitPreviewMap(latents, colors, 4);
    truth.forEach((row, color) => {
      for (const [i, value] of row.entries()) expect(map[color]![i]).toBeCloseTo(value, 2);
    });
  });

  it('paints one pixel per latent pixel and clamps', () => {
    const latent = { data: new Float32Array([0, 1, 0, 0, 0, 0, 0, 0]), shape: [1, 4, 1, 2] };
    const map = [
      [2, 0, 0, 0, 0.5],
      [-2, 0, 0, 0, 0.5],
      [0, 0, 0, 0, 0.25],
    ];
    expect([...previewPicture(latent, map).rgb]).toEqual([127, 127, 63, 255, 0, 63]);
  });

  it('calibrates on a picture that holds many colours, always the same', () => {
    const picture = calibrationPicture(64);
    expect(calibrationPicture(64)).toEqual(picture);
    const colors = blockColors(picture, 64, 8);
    expect(colors.length).toBe(64 * 3);
    for (let channel = 0; channel < 3; channel++) {
      const values = [...colors].filter((_, i) => i % 3 === channel);
      expect(Math.max(...values) - Math.min(...values)).toBeGreaterThan(0.6);
    }
  });
});
