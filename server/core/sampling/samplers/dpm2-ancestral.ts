import { weightedSum } from '../tensor-math.ts';
import type { SigmaSampler } from '../types.ts';
import { ancestralStep } from './shared/ancestral-step.ts';
import { eachStep } from './shared/each-step.ts';
import { eulerStep } from './shared/euler-step.ts';
import { midpointStep } from './shared/midpoint-step.ts';

/** DPM-Solver-2 steps with ancestral noise. k-diffusion's `sample_dpm_2_ancestral`. */
export const dpm2Ancestral: SigmaSampler = {
  kind: 'sigma',
  name: 'DPM2 a',
  aliases: ['k_dpm_2_a'],
  defaultScheduler: 'karras',
  discardNextToLastSigma: true,
  usesEnsd: true,
  secondOrder: true,
  usedOptions: ['eta', 'sNoise'],
  sample: (input) =>
    eachStep(input, async ({ x, sigma, sigmaNext, step }) => {
      const { model, noise, options } = input;
      const denoised = await model(x, sigma, step);
      const { down, up } = ancestralStep(sigma, sigmaNext, options.eta);
      if (down === 0) return { denoised, next: eulerStep(x, denoised, sigma, 0) };
      const stepped = await midpointStep(model, { x, denoised, sigma, step }, down);
      return { denoised, next: weightedSum([1, stepped], [options.sNoise * up, noise.next()]) };
    }),
};
