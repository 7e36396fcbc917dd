import { expect, it } from 'vitest';
import { denoiseSigma } from '../../../../tests/support/analytic-models.ts';
import { maxDifference } from '../../../../tests/support/golden.ts';
import type { Tensor } from '../../tensor.ts';
import { createTorchGenerator } from '../noise/torch-generator.ts';
import { karrasSigmas } from '../schedulers/karras.ts';
import { scaled } from '../tensor-math.ts';
import type { Sampler, SigmaSamplerInput } from '../types.ts';
import { euler } from './euler.ts';
import { gradientEstimation } from './gradient-estimation.ts';
import { heun } from './heun.ts';

const noise = createTorchGenerator(7).randn([1, 4, 8, 8]);

async function paint(sampler: Sampler, steps: number): Promise<Tensor> {
  const sigmas = karrasSigmas(steps, 0.03, 14.6);
  const input: SigmaSamplerInput = {
    model: async (x, sigma) => denoiseSigma(x, sigma),
    x: scaled(sigmas[0]!, noise),
    sigmas,
    noise: { next: () => noise },
    onStep: async ({ next }) => next,
    options: { eta: 0, sChurn: 0, sTmin: 0, sTmax: Number.POSITIVE_INFINITY, sNoise: 1 },
  };
  return (sampler as typeof euler).sample(input);
}

it('comes nearer to the exact picture than Euler does with as many model calls', async () => {
  const exact = await paint(heun, 400);
  const error = async (sampler: Sampler) => maxDifference((await paint(sampler, 20)).data, exact.data);
  expect(await error(gradientEstimation)).toBeLessThan(await error(euler));
});

it('extrapolates the slope by the newest difference', async () => {
  const seen: number[] = [];
  await gradientEstimation.sample({
    model: async (x, _, step) => ({ data: x.data.map(() => [0, 3, 9][step]!), shape: x.shape }),
    x: { data: Float32Array.of(10), shape: [1, 1, 1, 1] },
    sigmas: [4, 3, 1, 0],
    noise: { next: () => noise },
    onStep: async ({ next }) => {
      seen.push(next.data[0]!);
      return next;
    },
    options: { eta: 0, sChurn: 0, sTmin: 0, sTmax: Number.POSITIVE_INFINITY, sNoise: 1 },
  });
  // Slopes 10/4 and (7.5 - 3)/3; the second step goes 2 · (2 · 1.5 - 2.5) down; the last is the picture itself.
  expect(seen).toEqual([7.5, 6.5, 9]);
});
