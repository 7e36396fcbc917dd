import type { SigmaSampler } from '../types.ts';
import { eachStep } from './shared/each-step.ts';
import { churn, eulerStep } from './shared/euler-step.ts';
import { midpointStep } from './shared/midpoint-step.ts';

/** DPM-Solver-2 with the churn of Karras et al. 2022. Lu et al. 2022, "DPM-Solver", algorithm 1. */
export const dpm2: SigmaSampler = {
  kind: 'sigma',
  name: 'DPM2',
  aliases: ['k_dpm_2'],
  defaultScheduler: 'karras',
  discardNextToLastSigma: true,
  secondOrder: true,
  usedOptions: ['sChurn', 'sTmin', 'sTmax', 'sNoise'],
  sample: (input) =>
    eachStep(input, async ({ x, sigma, sigmaNext, step }) => {
      const seen = churn(x, sigma, input);
      const denoised = await input.model(seen.x, seen.sigmaHat, step);
      if (sigmaNext === 0) {
        return { denoised, next: eulerStep(seen.x, denoised, seen.sigmaHat, 0), seen };
      }
      const at = { x: seen.x, denoised, sigma: seen.sigmaHat, step };
      return { denoised, next: await midpointStep(input.model, at, sigmaNext), seen };
    }),
};
