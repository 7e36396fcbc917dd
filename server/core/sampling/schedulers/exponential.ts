import { exp32, linspace32 } from '../float32.ts';
import type { Scheduler } from '../types.ts';

/** Evenly spaced in log sigma (k-diffusion). */
export const exponential: Scheduler = {
  name: 'exponential',
  label: 'Exponential',
  aliases: [],
  defaultRho: -1,
  needInnerModel: false,
  sigmas: ({ steps, sigmaMin, sigmaMax }) => [
    ...linspace32(Math.log(sigmaMax), Math.log(sigmaMin), steps).map(exp32),
    0,
  ],
};
