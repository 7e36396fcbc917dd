import { describe, expect, it } from 'vitest';
import {
  type GoldenTensor,
  goldenDifference,
  goldenJson,
  maxDifference,
} from '../../../../tests/support/golden.ts';
import { itemOf } from '../../tensor.ts';
import { createImageNoise, type RandnSource } from './image-noise.ts';

interface Case {
  randn_source: string;
  eta_noise_seed_delta: number;
  shape: [number, number, number];
  seeds: number[];
  subseeds?: number[];
  subseed_strength?: number;
  seed_resize_from_h?: number;
  seed_resize_from_w?: number;
  next: GoldenTensor[];
}

const { cases } = goldenJson<{ cases: Case[] }>('rng/image_rng.json');

describe('image noise', () => {
  it.each(cases.map((entry, i) => ({ i, ...entry })))('#$i $randn_source seeds $seeds', (entry) => {
    const noise = createImageNoise({
      source: entry.randn_source.toLowerCase() as RandnSource,
      shape: entry.shape,
      seeds: entry.seeds,
      ...(entry.subseeds ? { subseeds: entry.subseeds } : {}),
      subseedStrength: entry.subseed_strength ?? 0,
      seedResizeFromHeight: entry.seed_resize_from_h ?? 0,
      seedResizeFromWidth: entry.seed_resize_from_w ?? 0,
      etaNoiseSeedDelta: entry.eta_noise_seed_delta,
    });
    for (const expected of entry.next) {
      const actual = noise.next();
      expect(actual.shape).toEqual(expected.shape);
      expect(goldenDifference(actual.data, expected)).toBeLessThanOrEqual(2e-6);
    }
  });

  it('gives a picture of a batch the noise that it has alone', () => {
    const shape = [4, 6, 5] as const;
    const batch = createImageNoise({ source: 'cpu', shape, seeds: [7, 8, 9] });
    const single = createImageNoise({ source: 'cpu', shape, seeds: [8] });
    for (let draw = 0; draw < 3; draw++) {
      expect(maxDifference(itemOf(batch.next(), 1).data, single.next().data)).toBe(0);
    }
  });
});
