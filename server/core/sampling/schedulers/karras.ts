import { linspace } from '../tensor-math.ts';
import type { Scheduler } from '../types.ts';

/** Evenly spaced in sigma^(1/rho). Karras et al. 2022, "Elucidating the Design Space of Diffusion-Based Generative Models", eq. 5. */
export const karras: Scheduler = {
  name: 'karras',
  label: 'Karras',
  aliases: [],
  defaultRho: 7,
  needInnerModel: false,
  sigmas({ steps, sigmaMin, sigmaMax, rho = 7 }) {
    const roots = linspace(sigmaMax ** (1 / rho), sigmaMin ** (1 / rho), steps);
    return [...roots.map((root) => Math.fround(root ** rho)), 0];
  },
};
