import { exp32, linspace32 } from '../float32.ts';
import type { Scheduler } from '../types.ts';

/** log sigma falls with the power `rho` of an even ramp (k-diffusion). */
export const polyexponential: Scheduler = {
  name: 'polyexponential',
  label: 'Polyexponential',
  aliases: [],
  defaultRho: 1,
  needInnerModel: false,
  sigmas({ steps, sigmaMin, sigmaMax, rho = 1 }) {
    const { fround } = Math;
    const [logMin, logMax] = [Math.log(sigmaMin), Math.log(sigmaMax)];
    const logs = linspace32(1, 0, steps).map((share) =>
      fround(fround(fround(share ** rho) * fround(logMax - logMin)) + fround(logMin)),
    );
    return [...logs.map(exp32), 0];
  },
};
