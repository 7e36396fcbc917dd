import { linspace32 } from '../float32.ts';
import type { Scheduler } from '../types.ts';

/** Even timesteps between those of sigmaMax and sigmaMin (ComfyUI's "normal"). */
export const normal: Scheduler = {
  name: 'normal',
  label: 'Normal',
  aliases: [],
  defaultRho: -1,
  needInnerModel: true,
  sigmas({ steps, model, sigmaMin, sigmaMax }) {
    const timesteps = linspace32(model.sigmaToT(sigmaMax), model.sigmaToT(sigmaMin), steps);
    return [...timesteps.map(model.tToSigma), 0];
  },
};
