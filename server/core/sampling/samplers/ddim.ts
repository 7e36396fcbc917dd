import { sigmaOfAlpha } from '../schedule-model.ts';
import { weightedSum } from '../tensor-math.ts';
import type { TimestepSampler } from '../types.ts';

/**
 * DDIM. Song et al. 2020, "Denoising Diffusion Implicit Models", eq. 12 and 16. Draws noise at every step, with eta 0
 * too. `timesteps[0]` is only where the last step ends: n timesteps make n - 1 steps.
 */
export const ddim: TimestepSampler = {
  kind: 'timestep',
  name: 'DDIM',
  aliases: ['ddim'],
  etaOption: 'eta_ddim',
  usedOptions: ['eta'],
  async sample({ model, x: start, timesteps, alphasCumprod, noise, onStep, options }) {
    let x = start;
    for (let step = 0; step < timesteps.length - 1; step++) {
      const at = timesteps.length - 1 - step;
      const alpha = alphasCumprod[timesteps[at]!]!;
      const alphaNext = alphasCumprod[timesteps[at - 1]!]!;
      const eps = await model(x, timesteps[at]!, step);
      const denoised = weightedSum(
        [1 / Math.sqrt(alpha), x],
        [-Math.sqrt(1 - alpha) / Math.sqrt(alpha), eps],
      );
      const fresh = options.eta * Math.sqrt(((1 - alphaNext) / (1 - alpha)) * (1 - alpha / alphaNext));
      const next = weightedSum(
        [Math.sqrt(alphaNext), denoised],
        [Math.sqrt(1 - alphaNext - fresh ** 2), eps],
        [fresh, noise.next()],
      );
      const sigma = sigmaOfAlpha(alpha);
      const sigmaNext = sigmaOfAlpha(alphaNext);
      x = await onStep({ step, x, denoised, sigma, sigmaHat: sigma, next, sigmaNext });
    }
    return x;
  },
};
