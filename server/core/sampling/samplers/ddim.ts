import { weightedSum } from '../tensor-math.ts';
import type { TimestepSampler } from '../types.ts';
import { eachTimestep, freshNoise, pictureOf } from './shared/ddim-step.ts';

/**
 * DDIM. Song et al. 2020, "Denoising Diffusion Implicit Models", eq. 12 and 16. Draws noise at every step, with eta 0
 * too.
 */
export const ddim: TimestepSampler = {
  kind: 'timestep',
  name: 'DDIM',
  aliases: ['ddim'],
  etaOption: 'eta_ddim',
  usedOptions: ['eta'],
  sample: (input) =>
    eachTimestep(input, async ({ x, timestep, alpha, alphaNext, step }) => {
      const eps = await input.model(x, timestep, step);
      const denoised = pictureOf(x, eps, alpha);
      const fresh = freshNoise(input.options.eta, alpha, alphaNext);
      const next = weightedSum(
        [Math.sqrt(alphaNext), denoised],
        [Math.sqrt(1 - alphaNext - fresh ** 2), eps],
        [fresh, input.noise.next()],
      );
      return { denoised, next };
    }),
};
