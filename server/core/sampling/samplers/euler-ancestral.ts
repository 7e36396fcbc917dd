import { weightedSum } from '../tensor-math.ts';
import type { SigmaSampler } from '../types.ts';
import { ancestralStep } from './ancestral-step.ts';
import { eulerStep } from './euler-step.ts';

/** Euler steps with ancestral noise: each step overshoots and adds fresh noise (k-diffusion, after Song et al. 2020). */
export const eulerAncestral: SigmaSampler = {
  kind: 'sigma',
  name: 'Euler a',
  aliases: ['k_euler_a', 'k_euler_ancestral'],
  usesEnsd: true,
  etaOption: 'eta_ancestral',
  usedOptions: ['eta'],
  async sample({ model, x: start, sigmas, noise, onStep, options }) {
    let x = start;
    for (let step = 0; step < sigmas.length - 1; step++) {
      const sigma = sigmas[step]!;
      const sigmaNext = sigmas[step + 1]!;
      const denoised = await model(x, sigma, step);
      const { down, up } = ancestralStep(sigma, sigmaNext, options.eta);
      let next = eulerStep(x, denoised, sigma, down);
      if (sigmaNext > 0) next = weightedSum([1, next], [options.sNoise * up, noise.next()]);
      x = await onStep({ step, x, denoised, sigma, sigmaHat: sigma, next, sigmaNext });
    }
    return x;
  },
};
