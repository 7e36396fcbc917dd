import type { Tensor } from '../../tensor.ts';
import { weightedSum } from '../tensor-math.ts';
import type { TimestepSampler } from '../types.ts';
import { adamsBashforth } from './shared/adams-bashforth.ts';
import { eachTimestep, pictureOf } from './shared/ddim-step.ts';

/**
 * Pseudo linear multistep. Liu et al. 2022, "Pseudo Numerical Methods for Diffusion Models on Manifolds", eq. 12; the
 * first step is a pseudo improved Euler step with a second model call.
 */
export const plms: TimestepSampler = {
  kind: 'timestep',
  name: 'PLMS',
  aliases: ['plms'],
  etaOption: 'eta_ddim',
  usedOptions: [],
  sample(input) {
    /** Newest first. */
    let history: Tensor[] = [];
    return eachTimestep(input, async ({ x, timestep, timestepNext, alpha, alphaNext, step }) => {
      const transfer = (eps: Tensor) => {
        const denoised = pictureOf(x, eps, alpha);
        const next = weightedSum([Math.sqrt(alphaNext), denoised], [Math.sqrt(1 - alphaNext), eps]);
        return { denoised, next };
      };
      const eps = await input.model(x, timestep, step);
      history = [eps, ...history].slice(0, 4);
      if (history.length > 1) return transfer(adamsBashforth(history));
      const epsNext = await input.model(transfer(eps).next, timestepNext, step);
      return transfer(weightedSum([1 / 2, eps], [1 / 2, epsNext]));
    });
  },
};
