import { weightedSum } from '../tensor-math.ts';
import type { TimestepSampler } from '../types.ts';
import { eachTimestep, freshNoise, pictureOf } from './shared/ddim-step.ts';

/**
 * DDIM with CFG++: the picture comes from the guided noise, but it is renoised with the unconditional one. Chung et al.
 * 2024, "CFG++: Manifold-constrained Classifier Free Guidance". Its guidance works on another scale: the CFG scale is
 * divided by 12.5.
 */
export const ddimCfgpp: TimestepSampler = {
  kind: 'timestep',
  name: 'DDIM CFG++',
  aliases: ['ddim_cfgpp'],
  etaOption: 'eta_ddim',
  cfgMultiplier: 1 / 12.5,
  usedOptions: ['eta'],
  sample: (input) =>
    eachTimestep(input, async ({ x, timestep, alpha, alphaNext, step }) => {
      const eps = await input.model(x, timestep, step);
      const uncond = input.lastUncond?.() ?? eps;
      const denoised = pictureOf(x, eps, alpha);
      const fresh = freshNoise(input.options.eta, alpha, alphaNext);
      const next = weightedSum(
        [Math.sqrt(alphaNext), denoised],
        [Math.sqrt(1 - alphaNext - fresh ** 2), uncond],
        [fresh, input.noise.next()],
      );
      return { denoised, next };
    }),
};
