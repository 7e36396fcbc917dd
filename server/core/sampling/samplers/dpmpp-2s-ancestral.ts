import { weightedSum } from '../tensor-math.ts';
import type { SigmaSampler } from '../types.ts';
import { ancestralStep } from './shared/ancestral-step.ts';
import { eachStep } from './shared/each-step.ts';
import { eulerStep } from './shared/euler-step.ts';

/** DPM-Solver++(2S) with ancestral noise. Lu et al. 2022, "DPM-Solver++", algorithm 1 with r = 1/2. */
export const dpmpp2sAncestral: SigmaSampler = {
  kind: 'sigma',
  name: 'DPM++ 2S a',
  aliases: ['k_dpmpp_2s_a'],
  defaultScheduler: 'karras',
  usesEnsd: true,
  secondOrder: true,
  usedOptions: ['eta', 'sNoise'],
  sample: (input) =>
    eachStep(input, async ({ x, sigma, sigmaNext, step }) => {
      const { model, noise, options } = input;
      const denoised = await model(x, sigma, step);
      const { down, up } = ancestralStep(sigma, sigmaNext, options.eta);
      let target = denoised;
      if (down > 0) {
        const sigmaMid = Math.sqrt(sigma * down);
        target = await model(eulerStep(x, denoised, sigma, sigmaMid), sigmaMid, step);
      }
      const next = eulerStep(x, target, sigma, down);
      if (sigmaNext === 0) return { denoised, next };
      return { denoised, next: weightedSum([1, next], [options.sNoise * up, noise.next()]) };
    }),
};
