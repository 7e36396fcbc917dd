import { exp32, log32 } from '../float32.ts';
import { weightedSum } from '../tensor-math.ts';
import type { SigmaSampler } from '../types.ts';
import { ancestralStep } from './shared/ancestral-step.ts';
import { brownianNoise } from './shared/brownian-noise.ts';
import { eachStep } from './shared/each-step.ts';
import { eulerStep } from './shared/euler-step.ts';

/**
 * DPM-Solver++ (stochastic) with a second evaluation at the share `r` of the step in log sigma. k-diffusion's
 * `sample_dpmpp_sde`.
 */
export function createDpmppSde(r: number): SigmaSampler {
  return {
    kind: 'sigma',
    name: 'DPM++ SDE',
    aliases: ['k_dpmpp_sde'],
    defaultScheduler: 'karras',
    secondOrder: true,
    brownianNoise: true,
    usedOptions: ['eta', 'sNoise'],
    sample: (input) =>
      eachStep(input, async ({ x, sigma, sigmaNext, step }) => {
        const { model, noise, options } = input;
        const denoised = await model(x, sigma, step);
        if (sigmaNext === 0) return { denoised, next: eulerStep(x, denoised, sigma, 0) };
        // The Brownian path is asked at levels that went through a logarithm and back, all in float32.
        const [from, to] = [-log32(sigma), -log32(sigmaNext)];
        const share = Math.fround(Math.fround(to - from) * Math.fround(r));
        const sigmaMid = exp32(-Math.fround(from + share));
        const between = brownianNoise(noise);

        const first = ancestralStep(sigma, sigmaMid, options.eta);
        const middle = weightedSum(
          [1, eulerStep(x, denoised, sigma, first.down)],
          [options.sNoise * first.up, between(exp32(-from), sigmaMid)],
        );
        const denoisedMid = await model(middle, sigmaMid, step);

        const second = ancestralStep(sigma, sigmaNext, options.eta);
        const weight = 1 / (2 * r);
        const target = weightedSum([1 - weight, denoised], [weight, denoisedMid]);
        const next = weightedSum(
          [1, eulerStep(x, target, sigma, second.down)],
          [options.sNoise * second.up, between(exp32(-from), exp32(-to))],
        );
        return { denoised, next };
      }),
  };
}

export const dpmppSde = createDpmppSde(1 / 2);
