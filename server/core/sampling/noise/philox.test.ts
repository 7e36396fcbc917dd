import { describe, expect, it } from 'vitest';
import { type GoldenTensor, goldenDifference, goldenJson } from '../../../../tests/support/golden.ts';
import { createPhiloxGenerator } from './philox.ts';

interface Case {
  seed: string;
  draws: GoldenTensor[];
}

const { cases } = goldenJson<{ cases: Case[] }>('rng/philox_nv.json');

describe('Philox generator', () => {
  it.each(cases.map((entry, i) => ({ i, ...entry })))('#$i seed $seed', ({ seed, draws }) => {
    const generator = createPhiloxGenerator(BigInt(seed));
    for (const draw of draws) {
      expect(goldenDifference(generator.randn(draw.shape).data, draw)).toBeLessThanOrEqual(2e-6);
    }
  });
});
