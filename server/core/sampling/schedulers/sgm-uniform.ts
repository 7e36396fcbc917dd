import { linspace32 } from '../float32.ts';
import type { Scheduler } from '../types.ts';

/** Even timesteps of which the last is left out, as Stability's generative-models samples. */
export const sgmUniform: Scheduler = {
  name: 'sgm_uniform',
  label: 'SGM Uniform',
  aliases: ['SGMUniform'],
  defaultRho: -1,
  needInnerModel: true,
  sigmas({ steps, model, sigmaMin, sigmaMax }) {
    const timesteps = linspace32(model.sigmaToT(sigmaMax), model.sigmaToT(sigmaMin), steps + 1);
    return [...timesteps.slice(0, -1).map(model.tToSigma), 0];
  },
};
