import { linspace32 } from '../float32.ts';
import type { ScheduleInput, Scheduler } from '../types.ts';

/** Timesteps evenly spaced from the last to the first: the schedule of a model that has no other. */
export function uniformSigmas({ steps, model }: ScheduleInput): number[] {
  if (model.evenSigmas) return model.evenSigmas(steps);
  return [...linspace32(model.sigmas.length - 1, 0, steps).map(model.tToSigma), 0];
}

/** What "Automatic" gives with a sampler that prefers no scheduler. */
export const automatic: Scheduler = {
  name: 'automatic',
  label: 'Automatic',
  aliases: [],
  defaultRho: -1,
  needInnerModel: false,
  sigmas: uniformSigmas,
};

export const uniform: Scheduler = {
  name: 'uniform',
  label: 'Uniform',
  aliases: [],
  defaultRho: -1,
  needInnerModel: true,
  sigmas: uniformSigmas,
};
