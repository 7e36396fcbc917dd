import type { SigmaSampler } from '../types.ts';
import { eachStep } from './shared/each-step.ts';
import { churn } from './shared/euler-step.ts';
import { heunStep } from './shared/heun-step.ts';

/** Heun's second-order method with optional churn. Karras et al. 2022, algorithm 2. */
export const heun: SigmaSampler = {
  kind: 'sigma',
  name: 'Heun',
  aliases: ['k_heun'],
  secondOrder: true,
  usedOptions: ['sChurn', 'sTmin', 'sTmax', 'sNoise'],
  sample: (input) =>
    eachStep(input, async ({ x, sigma, sigmaNext, step }) => {
      const seen = churn(x, sigma, input);
      const denoised = await input.model(seen.x, seen.sigmaHat, step);
      const at = { x: seen.x, denoised, sigma: seen.sigmaHat, step };
      return { denoised, next: await heunStep(input.model, at, sigmaNext), seen };
    }),
};
