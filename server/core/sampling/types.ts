import type { Tensor } from '../tensor.ts';

/**
 * The denoiser of a k-diffusion sampler: the picture that the model sees in `x` at noise level `sigma`.
 * x and result: [n, c, h, w] float32. `step`: 0-based index of the sampler step that asks (second-order samplers ask
 * twice in a step).
 */
export type Denoise = (x: Tensor, sigma: number, step: number) => Promise<Tensor>;

/**
 * The denoiser of a timestep sampler (DDIM, PLMS, UniPC): the noise that the model sees in `x` (unit variance) at
 * timestep `t` (0..999, may be fractional).
 */
export type PredictNoise = (x: Tensor, t: number, step: number) => Promise<Tensor>;

/** Unit-variance noise for ancestral and stochastic samplers, one draw per call for the whole batch. */
export interface NoiseSource {
  /** Next draw of each picture's own generator, shape of the batch. */
  next(): Tensor;
  /** Brownian increment between two sigmas, scaled to unit variance; SDE samplers only. */
  between?(sigma: number, sigmaNext: number): Tensor;
}

export interface StepInfo {
  /** 0-based. */
  step: number;
  /** k-diffusion's callback values: x as the model saw it in this step, and what it made of it. */
  x: Tensor;
  denoised: Tensor;
  sigma: number;
  sigmaHat: number;
  /** x after the step, at `sigmaNext`. */
  next: Tensor;
  sigmaNext: number;
}

/** Awaited at the end of each step; what it returns is what the sampler goes on with (usually `info.next`). */
export type OnStep = (info: StepInfo) => Promise<Tensor>;

export interface SamplerOptions {
  eta: number;
  sChurn: number;
  sTmin: number;
  /** Infinity: no limit. */
  sTmax: number;
  sNoise: number;
}

export interface SigmaSamplerInput {
  model: Denoise;
  /** Start, already scaled to sigmas[0]. Not modified. */
  x: Tensor;
  /** Descending noise levels, steps + 1 of them, ending in 0 where the schedule does. */
  sigmas: readonly number[];
  noise: NoiseSource;
  onStep: OnStep;
  options: SamplerOptions;
  /** For samplers that place their own steps (DPM fast, DPM adaptive); without it the ends of `sigmas`. */
  range?: SigmaRange;
}

export interface SigmaRange {
  sigmaMin: number;
  sigmaMax: number;
  /** How many model calls DPM fast may make. */
  calls: number;
}

export interface TimestepSamplerInput {
  model: PredictNoise;
  /** Start with unit variance. Not modified. */
  x: Tensor;
  /** Ascending; samplers walk them from the end. */
  timesteps: readonly number[];
  /** Cumulative alphas of the model, indexed by timestep. */
  alphasCumprod: Float32Array;
  noise: NoiseSource;
  onStep: OnStep;
  options: SamplerOptions;
  /** The unconditional noise of the last model call, for CFG++. */
  lastUncond?: () => Tensor;
  /** The start is a picture with noise on it, of the last timestep's level. */
  isImg2img?: boolean;
  uniPc?: UniPcOptions;
}

/** A1111's `uni_pc_*` options. */
export interface UniPcOptions {
  variant: 'bh1' | 'bh2' | 'vary_coeff';
  skipType: 'time_uniform' | 'time_quadratic' | 'logSNR';
  order: number;
  lowerOrderFinal: boolean;
}

interface SamplerBase {
  /** Label as A1111 shows it. */
  name: string;
  aliases: readonly string[];
  /** Scheduler (by name) that "Automatic" means for this sampler; absent: the model's own sigmas. */
  defaultScheduler?: string;
  /** Calls the model twice a step: prompt schedules count model calls. */
  secondOrder?: boolean;
  usesEnsd?: boolean;
  discardNextToLastSigma?: boolean;
  brownianNoise?: boolean;
  /** The CFG scale is multiplied by this (CFG++), where the prediction comes with its unconditional part. */
  cfgMultiplier?: number;
  /** Which option gives eta when the request has none. */
  etaOption?: 'eta_ancestral' | 'eta_ddim';
  /** Which of `SamplerOptions` take effect; the others keep their defaults and stay out of the infotext. */
  usedOptions?: readonly (keyof SamplerOptions)[];
  /** Options that `GET /sdapi/v1/samplers` lists beside those that follow from the fields above. */
  apiOptions?: Readonly<Record<string, string>>;
}

export interface SigmaSampler extends SamplerBase {
  kind: 'sigma';
  sample: (input: SigmaSamplerInput) => Promise<Tensor>;
  /** The model as this sampler sees it, where that differs (LCM: fewer noise levels, another reading of a prediction). */
  adaptModel?: (model: NoiseModel) => NoiseModel;
}

export interface TimestepSampler extends SamplerBase {
  kind: 'timestep';
  sample: (input: TimestepSamplerInput) => Promise<Tensor>;
}

export type Sampler = SigmaSampler | TimestepSampler;

/** What a scheduler may know of the model. */
export interface ScheduleModel {
  sigmaMin: number;
  sigmaMax: number;
  /** Sigma at a (fractional) timestep: log-linear between the table's entries, as k-diffusion. */
  tToSigma: (t: number) => number;
  /** Timestep of a sigma, fractional. */
  sigmaToT: (sigma: number) => number;
  /** The model's own sigma table, ascending, one per training timestep. */
  sigmas: Float32Array;
  family: string;
  /** steps + 1 sigmas that "Automatic" and "Uniform" take; absent: of evenly spaced timesteps. */
  evenSigmas?: (steps: number) => number[];
}

/** A model's noise levels: all that schedules and samplers need of it. */
export interface NoiseModel extends ScheduleModel {
  /** Cumulative alphas by timestep, 1 / (1 + sigma²). */
  alphasCumprod: Float32Array;
  /**
   * What the network gives. epsilon: the noise in x; v: the velocity sqrt(alpha) · noise - sqrt(1 - alpha) · image; of
   * both x = image + sigma · noise, and the network sees x / sqrt(sigma² + 1). flow: noise - image, where
   * x = (1 - sigma) · image + sigma · noise, and the network sees x itself.
   */
  prediction: 'epsilon' | 'v' | 'flow';
  /** What the sampler takes for the picture, where that is not the plain prediction (LCM). x at `sigma`. */
  reviseDenoised?: (x: Tensor, denoised: Tensor, sigma: number) => Tensor;
}

export interface ScheduleInput {
  steps: number;
  model: ScheduleModel;
  sigmaMin: number;
  sigmaMax: number;
  /** undefined: the scheduler's default. */
  rho?: number;
  /** Shape of the "Beta" scheduler's distribution. */
  betaDistribution?: { alpha: number; beta: number };
}

export interface Scheduler {
  /** Lower-case name, e.g. "karras". */
  name: string;
  /** As A1111 shows it, e.g. "Karras". */
  label: string;
  aliases: readonly string[];
  /** -1 where rho has no meaning. */
  defaultRho: number;
  needInnerModel: boolean;
  /** steps + 1 descending sigmas, the last 0; float32 values. */
  sigmas: (input: ScheduleInput) => number[];
}
