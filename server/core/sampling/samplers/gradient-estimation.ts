import type { Tensor } from '../../tensor.ts';
import { weightedSum } from '../tensor-math.ts';
import type { SigmaSampler } from '../types.ts';
import { eachStep } from './shared/each-step.ts';
import { derivative } from './shared/euler-step.ts';

/** How far beyond the newest slope the estimate goes; the paper's best. */
const GAMMA = 2;

/**
 * Gradient estimation: Euler steps along a slope extrapolated from the last two, one model call each. Permenter & Yuan
 * 2023, "Interpreting and Improving Diffusion Models from an Optimization Perspective", algorithm 2.
 */
export const gradientEstimation: SigmaSampler = {
  kind: 'sigma',
  name: 'Gradient Estimation',
  aliases: ['gradient_estimation'],
  usedOptions: [],
  sample(input) {
    let previous: Tensor | undefined;
    return eachStep(input, async ({ x, sigma, sigmaNext, step }) => {
      const denoised = await input.model(x, sigma, step);
      if (sigmaNext === 0) return { denoised, next: denoised };
      const slope = derivative(x, denoised, sigma);
      const length = sigmaNext - sigma;
      const next = weightedSum(
        [1, x],
        [length * (previous ? GAMMA : 1), slope],
        [length * (previous ? 1 - GAMMA : 0), previous ?? slope],
      );
      previous = slope;
      return { denoised, next };
    });
  },
};
