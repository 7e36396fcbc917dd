import { beta } from './schedulers/beta.ts';
import { SCHEDULERS } from './schedulers/index.ts';
import { automatic } from './schedulers/uniform.ts';
import { DEFAULT_SETTINGS, type InfotextFields, type SamplingSettings, samplerOptions } from './settings.ts';
import type { NoiseModel, Sampler, SamplerOptions, Scheduler, SigmaRange } from './types.ts';

export interface PlanInput {
  sampler: Sampler;
  /** "Automatic" takes the sampler's own. */
  scheduler: Scheduler;
  steps: number;
  model: NoiseModel;
  settings?: SamplingSettings;
  /** Eta of the request; without it the option's. */
  eta?: number;
  /** Start from a picture instead of pure noise. */
  img2img?: Img2imgInput;
}

export interface Img2imgInput {
  /** 0..1. */
  denoisingStrength: number;
  /** Option `img2img_fix_steps`: do exactly as many steps as asked. */
  fixSteps?: boolean;
  /** Steps of a hires pass; as with `fixSteps`, exactly these are done. */
  exactSteps?: number;
}

/** All that is known before sampling begins. */
export interface SamplingPlan {
  sampler: Sampler;
  /** "Automatic" resolved, where the sampler prefers one. */
  scheduler: Scheduler;
  /** As the sampler sees it. */
  model: NoiseModel;
  options: SamplerOptions;
  settings: SamplingSettings;
  /** Descending noise levels; for timestep samplers those of their timesteps. */
  sigmas: number[];
  /** Timestep samplers only: ascending, walked from the end. */
  timesteps?: number[];
  /** Sigma samplers only: where those that place their own steps begin and end. */
  range?: SigmaRange;
  /** Sigma samplers only: the range of the Brownian paths of SDE samplers, in img2img too that of the whole schedule. */
  brownianRange?: { sigmaMin: number; sigmaMax: number };
  /** img2img only: the noise level that the picture is brought to before sampling. */
  startSigma?: number;
  /** Calls of `onStep` to expect; samplers that choose their own steps may differ. */
  steps: number;
  /** What a prompt schedule counts in: model calls, steps × 2 for second-order samplers. */
  promptSteps: number;
  infotext: InfotextFields;
}

/** Noise levels, options and infotext of one sampling pass. Pure; `sampleLatent` runs it. */
export function planSampling(input: PlanInput): SamplingPlan {
  const { sampler, settings = DEFAULT_SETTINGS, img2img } = input;
  const model = (sampler.kind === 'sigma' && sampler.adaptModel?.(input.model)) || input.model;
  const { options, infotext } = samplerOptions(sampler, settings, input.eta);
  if (img2img && settings.img2img_extra_noise > 0) infotext['Extra noise'] = settings.img2img_extra_noise;
  const { steps, encodeSteps } = img2img ? img2imgSteps(input.steps, img2img) : { steps: input.steps };
  const common = {
    sampler,
    model,
    options,
    settings,
    promptSteps: input.steps * (sampler.secondOrder ? 2 : 1),
  };

  if (sampler.kind === 'sigma') {
    const full = scheduleSigmas({ ...input, model, steps });
    const sigmas = encodeSteps === undefined ? full.sigmas : full.sigmas.slice(steps - encodeSteps - 1);
    return {
      ...common,
      scheduler: full.scheduler,
      sigmas,
      range: img2img
        ? { sigmaMin: sigmas.at(-2) ?? model.sigmaMin, sigmaMax: sigmas[0]!, calls: sigmas.length - 1 }
        : { sigmaMin: model.sigmaMin, sigmaMax: model.sigmaMax, calls: steps },
      brownianRange: {
        sigmaMin: Math.min(...full.sigmas.filter((sigma) => sigma > 0)),
        sigmaMax: Math.max(...full.sigmas),
      },
      ...(img2img ? { startSigma: sigmas[0]! } : {}),
      steps: sigmas.length - 1,
      infotext: {
        ...full.infotext,
        ...infotext,
        ...(settings.sgm_noise_multiplier && !img2img ? { 'SGM noise multiplier': true } : {}),
      },
    };
  }
  const full = scheduleTimesteps(sampler, steps, settings);
  const timesteps = encodeSteps === undefined ? full.timesteps : full.timesteps.slice(0, encodeSteps);
  return {
    ...common,
    scheduler: automatic,
    timesteps,
    sigmas: timesteps.toReversed().map((t) => model.sigmas[t]!),
    ...(encodeSteps === undefined ? {} : { startSigma: model.sigmas[full.timesteps[encodeSteps]!]! }),
    steps: Math.max(timesteps.length - 1, 0),
    infotext: { ...full.infotext, ...infotext },
  };
}

/**
 * How many steps the schedule has and how many of them img2img does (`encodeSteps` + 1). Strength 1 counts as 0.999, so
 * that the picture always leaves a trace; strength 0 still makes one step.
 */
export function img2imgSteps(asked: number, input: Img2imgInput): { steps: number; encodeSteps: number } {
  const strength = Math.min(input.denoisingStrength, 0.999);
  if (!input.fixSteps && input.exactSteps === undefined) {
    return { steps: asked, encodeSteps: Math.trunc(strength * asked) };
  }
  const exact = input.exactSteps || asked;
  return { steps: strength > 0 ? Math.trunc(exact / strength) : 0, encodeSteps: exact - 1 };
}

/** The noise levels that A1111 gives a sampler and scheduler with its options: steps + 1 of them, as float32 numbers. */
export function scheduleSigmas(input: Omit<PlanInput, 'img2img' | 'eta'>): {
  sigmas: number[];
  scheduler: Scheduler;
  infotext: InfotextFields;
} {
  const { sampler, model, settings = DEFAULT_SETTINGS } = input;
  const infotext: InfotextFields = {};
  const discards = discardsNextToLast(sampler, settings, infotext);
  const steps = input.steps + (discards ? 1 : 0);
  const isAutomatic = input.scheduler === automatic;
  const preferred = SCHEDULERS.find(({ name }) => name === sampler.defaultScheduler);
  const scheduler = isAutomatic ? (preferred ?? automatic) : input.scheduler;
  const range = settings.use_old_karras_scheduler_sigmas
    ? { sigmaMin: 0.1, sigmaMax: 10 }
    : { sigmaMin: model.sigmaMin, sigmaMax: model.sigmaMax };
  let rho: number | undefined;
  if (scheduler !== automatic) {
    infotext['Schedule type'] = scheduler.label;
    if (settings.sigma_min !== 0 && settings.sigma_min !== model.sigmaMin) {
      range.sigmaMin = settings.sigma_min;
      infotext['Schedule min sigma'] = settings.sigma_min;
    }
    if (settings.sigma_max !== 0 && settings.sigma_max !== model.sigmaMax) {
      range.sigmaMax = settings.sigma_max;
      infotext['Schedule max sigma'] = settings.sigma_max;
    }
    if (scheduler.defaultRho !== -1 && settings.rho !== 0 && settings.rho !== scheduler.defaultRho) {
      rho = settings.rho;
      infotext['Schedule rho'] = settings.rho;
    }
  }
  const betaDistribution = { alpha: settings.beta_dist_alpha, beta: settings.beta_dist_beta };
  if (scheduler === beta) {
    infotext['Beta schedule alpha'] = betaDistribution.alpha;
    infotext['Beta schedule beta'] = betaDistribution.beta;
  }
  const sigmas = scheduler.sigmas({
    steps,
    model,
    ...range,
    ...(rho === undefined ? {} : { rho }),
    betaDistribution,
  });
  if (discards) sigmas.splice(-2, 1);
  return { sigmas, scheduler, infotext };
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
