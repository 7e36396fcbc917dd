import type { SigmaSampler } from '../types.ts';
import { eachStep } from './shared/each-step.ts';
import { churn, eulerStep } from './shared/euler-step.ts';

/** Euler's method with optional churn. Karras et al. 2022, algorithm 2 without the second-order correction. */
export const euler: SigmaSampler = {
  kind: 'sigma',
  name: 'Euler',
  aliases: ['k_euler'],
  usedOptions: ['sChurn', 'sTmin', 'sTmax', 'sNoise'],
  sample: (input) =>
    eachStep(input, async ({ x, sigma, sigmaNext, step }) => {
      const seen = churn(x, sigma, input);
      const denoised = await input.model(seen.x, seen.sigmaHat, step);
      return { denoised, next: eulerStep(seen.x, denoised, seen.sigmaHat, sigmaNext), seen };
    }),
};
