import type { SigmaSampler } from '../types.ts';
import { churn, eulerStep } from './euler-step.ts';

/** Euler's method with optional churn. Karras et al. 2022, algorithm 2 without the second-order correction. */
export const euler: SigmaSampler = {
  kind: 'sigma',
  name: 'Euler',
  aliases: ['k_euler'],
  usedOptions: ['sChurn', 'sTmin', 'sTmax', 'sNoise'],
  async sample({ model, x: start, sigmas, noise, onStep, options }) {
    const steps = sigmas.length - 1;
    let x = start;
    for (let step = 0; step < steps; step++) {
      const sigma = sigmas[step]!;
      const sigmaNext = sigmas[step + 1]!;
      const { x: noisy, sigmaHat } = churn(x, sigma, steps, noise, options);
      const denoised = await model(noisy, sigmaHat, step);
      const next = eulerStep(noisy, denoised, sigmaHat, sigmaNext);
      x = await onStep({ step, x: noisy, denoised, sigma, sigmaHat, next, sigmaNext });
    }
    return x;
  },
};
