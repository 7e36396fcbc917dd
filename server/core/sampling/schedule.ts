import { beta } from './schedulers/beta.ts';
import { SCHEDULERS } from './schedulers/index.ts';
import { automatic } from './schedulers/uniform.ts';
import { DEFAULT_SETTINGS, type InfotextFields, type SamplingSettings } from './settings.ts';
import type { NoiseModel, Sampler, ScheduleInput, Scheduler } from './types.ts';

export interface ScheduleSigmasInput {
  sampler: Sampler;
  /** "Automatic" takes the sampler's own. */
  scheduler: Scheduler;
  /** Where the sampler's own is looked up; without it the built-in ones. */
  schedulers?: readonly Scheduler[];
  steps: number;
  model: NoiseModel;
  settings?: SamplingSettings;
}

/** The noise levels that A1111 gives a sampler and scheduler with its options: steps + 1 of them, as float32 numbers. */
export function scheduleSigmas(input: ScheduleSigmasInput): {
  sigmas: number[];
  scheduler: Scheduler;
  infotext: InfotextFields;
} {
  const { sampler, model, schedulers = SCHEDULERS, settings = DEFAULT_SETTINGS } = input;
  const infotext: InfotextFields = {};
  const discards = discardsNextToLast(sampler, settings, infotext);
  const preferred = schedulers.find(({ name }) => name === sampler.defaultScheduler);
  const scheduler = input.scheduler.name === automatic.name ? (preferred ?? automatic) : input.scheduler;
  const sigmas = scheduler.sigmas({
    steps: input.steps + (discards ? 1 : 0),
    model,
    ...parameters(scheduler, model, settings, infotext),
  });
  if (discards) sigmas.splice(-2, 1);
  return { sigmas, scheduler, infotext };
}

/** What the options give a scheduler. Notes in `infotext` what differs from the model's and the scheduler's own. */
function parameters(
  scheduler: Scheduler,
  model: NoiseModel,
  settings: SamplingSettings,
  infotext: InfotextFields,
): Omit<ScheduleInput, 'steps' | 'model'> {
  const { sigma_min: sigmaMin, sigma_max: sigmaMax, rho } = settings;
  const chosen: Omit<ScheduleInput, 'steps' | 'model'> = settings.use_old_karras_scheduler_sigmas
    ? { sigmaMin: 0.1, sigmaMax: 10 }
    : { sigmaMin: model.sigmaMin, sigmaMax: model.sigmaMax };
  if (scheduler === automatic) return chosen;
  infotext['Schedule type'] = scheduler.label;
  if (sigmaMin !== 0 && sigmaMin !== model.sigmaMin) {
    chosen.sigmaMin = sigmaMin;
    infotext['Schedule min sigma'] = sigmaMin;
  }
  if (sigmaMax !== 0 && sigmaMax !== model.sigmaMax) {
    chosen.sigmaMax = sigmaMax;
    infotext['Schedule max sigma'] = sigmaMax;
  }
  if (scheduler.defaultRho !== -1 && rho !== 0 && rho !== scheduler.defaultRho) {
    chosen.rho = rho;
    infotext['Schedule rho'] = rho;
  }
  if (scheduler === beta) {
    chosen.betaDistribution = { alpha: settings.beta_dist_alpha, beta: settings.beta_dist_beta };
    infotext['Beta schedule alpha'] = settings.beta_dist_alpha;
    infotext['Beta schedule beta'] = settings.beta_dist_beta;
  }
  return chosen;
}

/**
 * DDIM's "uniform" timesteps, 1 + every (1000 / steps)-th below 1000, ascending. Where steps does not divide 1000 there
 * are more of them than asked for.
 */
export function scheduleTimesteps(
  sampler: Sampler,
  steps: number,
  settings: SamplingSettings,
): { timesteps: number[]; infotext: InfotextFields } {
  const infotext: InfotextFields = {};
  const count = steps + (discardsNextToLast(sampler, settings, infotext) ? 1 : 0);
  const stride = Math.max(Math.floor(1000 / Math.max(count, 1)), 1);
  const timesteps: number[] = [];
  for (let t = 0; t < 1000; t += stride) timesteps.push(Math.min(t + 1, 999));
  return { timesteps, infotext };
}

function discardsNextToLast(sampler: Sampler, settings: SamplingSettings, infotext: InfotextFields): boolean {
  if (sampler.discardNextToLastSigma) return true;
  if (!settings.always_discard_next_to_last_sigma) return false;
  infotext['Discard penultimate sigma'] = true;
  return true;
}
