import type { Tensor } from '../../tensor.ts';
import { weightedSum } from '../tensor-math.ts';
import type { SigmaSampler } from '../types.ts';
import { eachStep } from './shared/each-step.ts';
import { eulerStep } from './shared/euler-step.ts';

/** DPM-Solver++(2M): second order from the previous step. Lu et al. 2022, "DPM-Solver++", algorithm 2. */
export const dpmpp2m: SigmaSampler = {
  kind: 'sigma',
  name: 'DPM++ 2M',
  aliases: ['k_dpmpp_2m'],
  defaultScheduler: 'karras',
  usedOptions: [],
  sample(input) {
    const { model, sigmas } = input;
    let previous: Tensor | undefined;
    return eachStep(input, async ({ x, sigma, sigmaNext, step }) => {
      const denoised = await model(x, sigma, step);
      let target = denoised;
      if (previous !== undefined && sigmaNext > 0) {
        const r = Math.log(sigmas[step - 1]! / sigma) / Math.log(sigma / sigmaNext);
        target = weightedSum([1 + 1 / (2 * r), denoised], [-1 / (2 * r), previous]);
      }
      previous = denoised;
      return { denoised, next: eulerStep(x, target, sigma, sigmaNext) };
    });
  },
};
