import { lerp32 } from '../float32.ts';
import type { Scheduler } from '../types.ts';

/**
 * Even steps of the angle whose tangent is sigma, which minimises the KL divergence. Sabour et al. 2024, "Align Your
 * Steps", eq. 21. Ends at sigmaMin, not at 0.
 */
export const klOptimal: Scheduler = {
  name: 'kl_optimal',
  label: 'KL Optimal',
  aliases: [],
  defaultRho: -1,
  needInnerModel: false,
  sigmas({ steps, sigmaMin, sigmaMax }) {
    const { fround } = Math;
    // The tangent of an angle near a right one depends on the angle's last bits.
    const [first, last] = [fround(Math.atan(fround(sigmaMax))), fround(Math.atan(fround(sigmaMin)))];
    return Array.from({ length: steps + 1 }, (_, i) =>
      fround(Math.tan(lerp32(first, last, fround(i / steps)))),
    );
  },
};
