import type { Tensor } from '../../tensor.ts';
import { weightedSum } from '../tensor-math.ts';
import type { SigmaSampler } from '../types.ts';

/** DPM-Solver++(2M): second order from the previous step. Lu et al. 2022, "DPM-Solver++", algorithm 2. */
export const dpmpp2m: SigmaSampler = {
  kind: 'sigma',
  name: 'DPM++ 2M',
  aliases: ['k_dpmpp_2m'],
  defaultScheduler: 'karras',
  usedOptions: [],
  async sample({ model, x: start, sigmas, onStep }) {
    let x = start;
    let previous: Tensor | undefined;
    for (let step = 0; step < sigmas.length - 1; step++) {
      const sigma = sigmas[step]!;
      const sigmaNext = sigmas[step + 1]!;
      const denoised = await model(x, sigma, step);
      const ratio = sigmaNext / sigma;
      let next: Tensor;
      if (previous === undefined || sigmaNext === 0) {
        next = weightedSum([ratio, x], [1 - ratio, denoised]);
      } else {
        const r = Math.log(sigmas[step - 1]! / sigma) / Math.log(sigma / sigmaNext);
        const extrapolation = 1 / (2 * r);
        next = weightedSum(
          [ratio, x],
          [(1 - ratio) * (1 + extrapolation), denoised],
          [-(1 - ratio) * extrapolation, previous],
        );
      }
      previous = denoised;
      x = await onStep({ step, x, denoised, sigma, sigmaHat: sigma, next, sigmaNext });
    }
    return x;
  },
};
