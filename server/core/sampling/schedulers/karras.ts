import { linspace32 } from '../float32.ts';
import type { Scheduler } from '../types.ts';

/**
 * `steps` levels evenly spaced in sigma^(1/rho), and 0. Karras et al. 2022, "Elucidating the Design Space of
 * Diffusion-Based Generative Models", eq. 5.
 */
export function karrasSigmas(steps: number, sigmaMin: number, sigmaMax: number, rho = 7): number[] {
  const { fround } = Math;
  const [lowest, highest] = [sigmaMin ** (1 / rho), sigmaMax ** (1 / rho)];
  const roots = linspace32(0, 1, steps).map((share) =>
    fround(fround(share * fround(lowest - highest)) + fround(highest)),
  );
  return [...roots.map((root) => fround(root ** rho)), 0];
}

export const karras: Scheduler = {
  name: 'karras',
  label: 'Karras',
  aliases: [],
  defaultRho: 7,
  needInnerModel: false,
  sigmas: ({ steps, sigmaMin, sigmaMax, rho }) => karrasSigmas(steps, sigmaMin, sigmaMax, rho),
};
