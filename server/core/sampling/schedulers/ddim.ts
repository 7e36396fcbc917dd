import type { Scheduler } from '../types.ts';

/**
 * DDIM's timesteps as sigmas: every (size / steps)-th entry of the table from the second on. Where steps does not divide
 * the size there are more of them than asked for.
 */
export const ddimScheduler: Scheduler = {
  name: 'ddim',
  label: 'DDIM',
  aliases: [],
  defaultRho: -1,
  needInnerModel: true,
  sigmas({ steps, model }) {
    const stride = Math.max(Math.floor(model.sigmas.length / steps), 1);
    const picked: number[] = [];
    for (let t = 1; t < model.sigmas.length; t += stride) picked.unshift(model.sigmas[t]!);
    return [...picked, 0];
  },
};
