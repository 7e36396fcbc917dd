import type { SigmaSampler } from '../types.ts';
import { eachStep } from './shared/each-step.ts';
import { eulerStep } from './shared/euler-step.ts';
import { flowAncestralStep } from './shared/flow-ancestral-step.ts';
import { midpointStep } from './shared/midpoint-step.ts';

/** DPM-Solver-2 steps with ancestral noise for rectified-flow models (Forge, ComfyUI). */
export const dpm2AncestralRf: SigmaSampler = {
  kind: 'sigma',
  name: 'DPM2 a RF',
  aliases: ['k_dpm_2_a_rf'],
  usesEnsd: true,
  secondOrder: true,
  usedOptions: ['eta', 'sNoise'],
  sample: (input) =>
    eachStep(input, async ({ x, sigma, sigmaNext, step }) => {
      const denoised = await input.model(x, sigma, step);
      const { down, renoise } = flowAncestralStep(sigma, sigmaNext, input.options);
      if (down === 0) return { denoised, next: eulerStep(x, denoised, sigma, 0) };
      const stepped = await midpointStep(input.model, { x, denoised, sigma, step }, down);
      return { denoised, next: renoise(stepped, input.noise) };
    }),
};
