/** Types an extension meets. The sdk is versioned apart from the app. */
import type { Manifest } from '#contracts/manifest.ts';
import type { CheckpointRef, PictureRequest } from '#contracts/request.ts';
import type { Sampler, Scheduler } from '#core/sampling/types.ts';
import type { Tensor } from '#core/tensor.ts';

export type { Manifest, PictureRequest, Sampler, Scheduler, Tensor };

/** One job in the engine. Lives from `jobStart` to `jobEnd`; use it as a WeakMap key for state of your own. */
export interface JobContext {
  readonly id: string;
  /** May be changed in `jobStart` only. */
  readonly request: PictureRequest;
  /** Options with the job's overrides. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly checkpoint: CheckpointRef;
  /** Shown on the job and in the API's `info.warnings`. */
  warn(message: string): void;
  /** Values written to the infotext, in order; add your own. */
  readonly infotext: Map<string, string | number>;
}

/** One batch: pictures that are sampled together. */
export interface BatchContext {
  readonly job: JobContext;
  /** 0-based. */
  readonly index: number;
  /** One entry per picture; change them in `batchStart`. */
  prompts: string[];
  negativePrompts: string[];
  seeds: number[];
  subseeds: number[];
}

/** Encoded text: [chunks × 77 tokens, width]. */
export interface Conditioning {
  readonly data: Float32Array;
  readonly tokens: number;
  readonly width: number;
}

/** After the text encoder. */
export interface ConditionContext {
  readonly batch: BatchContext;
  /** Encodes a text as a prompt would be (emphasis, chunks); cached by text. */
  encode(text: string): Promise<Conditioning>;
  /**
   * Asks for one more prediction at every model call, named `name`, one conditioning per picture. It is then at hand in
   * `guidance` beside "cond" and "uncond". Costs one UNet call per picture and model call.
   */
  addPrediction(name: string, perImage: Conditioning[]): void;
}

/** One sampling pass: model, sampler, sigmas, size. */
export interface PassContext {
  readonly batch: BatchContext;
  /** `hires`: the second pass of hires fix. */
  readonly kind: 'first' | 'hires';
  readonly sampler: string;
  readonly scheduler: string;
  readonly steps: number;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Descending; timestep samplers show the sigmas of their timesteps. */
  readonly sigmas: readonly number[];
  /** Start noise [n, c, h, w], unit variance; may be changed in place in `passStart`. */
  readonly noise: Tensor;
  /** What a later pass starts from, [n, c, h, w], sampler space; null in the first. */
  readonly initLatent: Tensor | null;
  /** CFG scale; may be changed, also between steps. */
  cfgScale: number;
}

/** One call of the model: all predictions at one x and sigma, over the batch. */
export interface ModelCallContext {
  readonly pass: PassContext;
  /** 0-based sampler step; second-order samplers call more than once in a step. */
  readonly step: number;
  /** 0-based count of calls in this pass. */
  readonly call: number;
  readonly sigma: number;
  readonly timestep: number;
  /** What the UNet is given, [n, c, h, w], unit variance; may be changed in place in `modelCall`. */
  readonly x: Tensor;
}

/** A named prediction of one model call. `eps`: predicted noise; `denoised`: the picture it implies. */
export interface Prediction {
  readonly eps: Tensor;
  /** Computed when first read. */
  readonly denoised: Tensor;
}

export interface GuidanceContext extends ModelCallContext {
  /** "cond", "uncond" (also at CFG 1) and those asked for with `addPrediction`. */
  readonly predictions: ReadonlyMap<string, Prediction>;
  /** x in k-diffusion's scale: denoised = xSigma - sigma · eps. */
  readonly xSigma: Tensor;
}

export interface StepContext {
  readonly pass: PassContext;
  readonly step: number;
  readonly sigma: number;
  readonly sigmaNext: number;
  readonly denoised: Tensor;
  /** x after the step; assign another tensor to replace the step. */
  next: Tensor;
}

export interface LatentContext {
  readonly pass: PassContext;
  /** Final latents [n, c, h, w], sampler space; assign to replace. */
  latent: Tensor;
}

/** One decoded picture: RGB bytes, height × width × 3. */
export interface ImageContext {
  readonly batch: BatchContext;
  /** 0-based in the job. */
  readonly index: number;
  readonly seed: number;
  readonly subseed: number;
  width: number;
  height: number;
  rgb: Uint8Array;
}

export interface SaveContext extends ImageContext {
  /** The `parameters` text; assign to replace. */
  infotext: string;
}

export interface JobEndContext {
  readonly job: JobContext;
  readonly outcome: 'complete' | 'interrupted' | 'cancelled';
  readonly images: number;
}
