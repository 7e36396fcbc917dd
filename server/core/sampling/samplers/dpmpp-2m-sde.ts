import type { Tensor } from '../../tensor.ts';
import { type Term, weightedSum } from '../tensor-math.ts';
import type { SigmaSampler } from '../types.ts';
import { brownianNoise } from './shared/brownian-noise.ts';
import { eachStep } from './shared/each-step.ts';

/** DPM-Solver++(2M) SDE with the correction by midpoint or by Heun's rule. Lu et al. 2022; k-diffusion. */
function createDpmpp2mSde(
  base: Pick<SigmaSampler, 'name' | 'aliases' | 'apiOptions'>,
  isHeun: boolean,
): SigmaSampler {
  return {
    ...base,
    kind: 'sigma',
    defaultScheduler: 'exponential',
    brownianNoise: true,
    usedOptions: ['eta', 'sNoise'],
    sample(input) {
      const { model, noise, options } = input;
      const { eta, sNoise } = options;
      let previous: { denoised: Tensor; h: number } | undefined;
      return eachStep(input, async ({ x, sigma, sigmaNext, step }) => {
        const denoised = await model(x, sigma, step);
        if (sigmaNext === 0) return { denoised, next: denoised };
        const h = Math.log(sigma / sigmaNext);
        const total = h * (1 + eta);
        const share = -Math.expm1(-total);
        const terms: Term[] = [[share, denoised]];
        if (previous) {
          const weight = ((isHeun ? 1 - share / total : share / 2) * h) / previous.h;
          terms.push([weight, denoised], [-weight, previous.denoised]);
        }
        if (eta > 0) {
          const fresh = sigmaNext * Math.sqrt(-Math.expm1(-2 * eta * h)) * sNoise;
          terms.push([fresh, brownianNoise(noise)(sigma, sigmaNext)]);
        }
        previous = { denoised, h };
        return { denoised, next: weightedSum([Math.exp(-total), x], ...terms) };
      });
    },
  };
}

export const dpmpp2mSde = createDpmpp2mSde({ name: 'DPM++ 2M SDE', aliases: ['k_dpmpp_2m_sde'] }, false);

export const dpmpp2mSdeHeun = createDpmpp2mSde(
  { name: 'DPM++ 2M SDE Heun', aliases: ['k_dpmpp_2m_sde_heun'], apiOptions: { solver_type: 'heun' } },
  true,
);
