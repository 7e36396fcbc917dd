import { weightedSum } from '../tensor-math.ts';
import type { SigmaSampler } from '../types.ts';
import { ancestralStep } from './shared/ancestral-step.ts';
import { eachStep } from './shared/each-step.ts';
import { eulerStep } from './shared/euler-step.ts';

/** Euler steps with ancestral noise: each step overshoots and adds fresh noise (k-diffusion, after Song et al. 2020). */
export const eulerAncestral: SigmaSampler = {
  kind: 'sigma',
  name: 'Euler a',
  aliases: ['k_euler_a', 'k_euler_ancestral'],
  usesEnsd: true,
  usedOptions: ['eta'],
  sample: (input) =>
    eachStep(input, async ({ x, sigma, sigmaNext, step }) => {
      const { model, noise, options } = input;
      const denoised = await model(x, sigma, step);
      const { down, up } = ancestralStep(sigma, sigmaNext, options.eta);
      const next = eulerStep(x, denoised, sigma, down);
      if (sigmaNext === 0) return { denoised, next };
      return { denoised, next: weightedSum([1, next], [options.sNoise * up, noise.next()]) };
    }),
};
