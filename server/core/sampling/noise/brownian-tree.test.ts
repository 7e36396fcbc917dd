import { describe, expect, it } from 'vitest';
import {
  type GoldenTensor,
  goldenDifference,
  goldenJson,
  maxDifference,
} from '../../../../tests/support/golden.ts';
import { createBrownianNoise, createBrownianTree } from './brownian-tree.ts';
import type { RandnSource } from './normal-generator.ts';

interface Case {
  randn_source: string;
  seeds: number[];
  x_shape: number[];
  sigma_min: number;
  sigma_max: number;
  queries: { sigma: number; sigma_next: number; noise: GoldenTensor }[];
}

const { cases } = goldenJson<{ cases: Case[] }>('rng/brownian_tree.json');

describe('Brownian noise', () => {
  it.each(cases)(
    '$randn_source seeds $seeds',
    ({ randn_source, seeds, x_shape, sigma_min, sigma_max, queries }) => {
      const between = createBrownianNoise(
        randn_source.toLowerCase() as RandnSource,
        x_shape.slice(1),
        seeds,
        {
          sigmaMin: sigma_min,
          sigmaMax: sigma_max,
        },
      );
      for (const { sigma, sigma_next, noise } of queries) {
        const actual = between(Math.fround(sigma), Math.fround(sigma_next));
        expect(actual.shape).toEqual(noise.shape);
        expect(goldenDifference(actual.data, noise)).toBeLessThanOrEqual(2e-6);
      }
    },
  );
});

describe('Brownian tree', () => {
  const span = { start: 0.03, end: 14.6 };
  const tree = () => createBrownianTree('cpu', [4, 3, 5], 77, span);

  it('is one path: increments add up', () => {
    const path = tree();
    const whole = path.increment(1, 9);
    const [first, second] = [path.increment(1, 4.2), path.increment(4.2, 9)];
    expect(
      maxDifference(
        first.map((value, i) => value + second[i]!),
        whole,
      ),
    ).toBeLessThan(2e-6);
  });

  it('does not depend on what was asked before', () => {
    const asked = tree();
    for (let time = 0.5; time < 14; time += 0.37) asked.increment(time, time + 0.2);
    expect(asked.increment(2, 5)).toEqual(tree().increment(2, 5));
  });

  it('clamps to its span and is still where no time passes', () => {
    expect(tree().increment(-5, 100)).toEqual(tree().increment(0.03, 14.6));
    expect(
      tree()
        .increment(3, 3)
        .every((value) => value === 0),
    ).toBe(true);
  });
});
