import type { Scheduler } from '../types.ts';

/** Every (size / steps)-th entry of the model's own table (ComfyUI's "simple"). */
export const simple: Scheduler = {
  name: 'simple',
  label: 'Simple',
  aliases: [],
  defaultRho: -1,
  needInnerModel: true,
  sigmas({ steps, model }) {
    const size = model.sigmas.length;
    const picked = Array.from(
      { length: steps },
      (_, i) => model.sigmas[size - 1 - Math.trunc((i * size) / steps)]!,
    );
    return [...picked, 0];
  },
};
