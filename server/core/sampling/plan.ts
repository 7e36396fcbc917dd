import { scheduleSigmas, scheduleTimesteps } from './schedule.ts';
import { automatic } from './schedulers/uniform.ts';
import { DEFAULT_SETTINGS, type InfotextFields, type SamplingSettings, samplerOptions } from './settings.ts';
import type { NoiseModel, Sampler, SamplerOptions, Scheduler, SigmaRange } from './types.ts';

export interface PlanInput {
  sampler: Sampler;
  /** "Automatic" takes the sampler's own. */
  scheduler: Scheduler;
  /** Where the sampler's own is looked up; without it the built-in ones. */
  schedulers?: readonly Scheduler[];
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
  const noiseTimestep = full.timesteps[encodeSteps ?? 0] ?? full.timesteps.at(-1)!;
  return {
    ...common,
    scheduler: automatic,
    timesteps,
    sigmas: timesteps.toReversed().map((t) => model.sigmas[t]!),
    ...(img2img ? { startSigma: model.sigmas[noiseTimestep]! } : {}),
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
