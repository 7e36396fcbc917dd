import type { SigmaSampler } from '../types.ts';
import { eachStep } from './shared/each-step.ts';
import { eulerStep } from './shared/euler-step.ts';
import { flowAncestralStep } from './shared/flow-ancestral-step.ts';

/** Euler steps with ancestral noise for rectified-flow models (Forge, ComfyUI). */
export const eulerAncestralRf: SigmaSampler = {
  kind: 'sigma',
  name: 'Euler a RF',
  aliases: ['k_euler_a_rf'],
  usesEnsd: true,
  usedOptions: ['eta', 'sNoise'],
  sample: (input) =>
    eachStep(input, async ({ x, sigma, sigmaNext, step }) => {
      const denoised = await input.model(x, sigma, step);
      if (sigmaNext === 0) return { denoised, next: denoised };
      const { down, renoise } = flowAncestralStep(sigma, sigmaNext, input.options);
      return { denoised, next: renoise(eulerStep(x, denoised, sigma, down), input.noise) };
    }),
};
