import type { Scheduler } from '../types.ts';

/** The timesteps that adversarial diffusion distillation was trained at, 1000 / steps apart from 999 down (Forge). */
export const turbo: Scheduler = {
  name: 'turbo',
  label: 'Turbo',
  aliases: [],
  defaultRho: -1,
  needInnerModel: true,
  sigmas({ steps, model }) {
    const last = model.sigmas.length - 1;
    const picked = Array.from({ length: steps }, (_, i) => {
      const t = roundHalfToEven(((steps - i) * 1000) / steps - 1);
      return model.tToSigma(Math.min(Math.max(t, 0), last));
    });
    return [...picked, 0];
  },
};

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
