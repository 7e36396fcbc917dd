import type { Tensor } from '../tensor.ts';
import type { SamplingPlan } from './plan.ts';
import { scaled, weightedSum } from './tensor-math.ts';
import type { NoiseSource, OnStep } from './types.ts';

/** One evaluation of the guided model. */
export interface PredictInput {
  /** What the network is given: unit variance. */
  x: Tensor;
  /** x in k-diffusion's scale: denoised = xSigma - sigma · eps. */
  xSigma: Tensor;
  sigma: number;
  /** 0..999, may be fractional. */
  timestep: number;
  /** 0-based sampler step; second-order samplers ask more than once in a step. */
  step: number;
  /** 0-based count of evaluations in this pass: what prompt schedules count. */
  call: number;
}

export interface SampleLatentInput {
  plan: SamplingPlan;
  /** Unit-variance start noise, [n, c, h, w]. */
  noise: Tensor;
  /** Later draws. */
  noiseSource: NoiseSource;
  /** The guided noise that the model sees. For flow models the velocity, noise - image. */
  predict: (input: PredictInput) => Promise<Tensor>;
  onStep?: OnStep;
  /** img2img: the encoded picture, [n, c, h, w], which the noise is added to. */
  initLatent?: Tensor;
  /** Asked after each step; true ends the sampling with the picture that the model saw in that step. */
  shouldStop?: () => boolean;
}

/** Thrown through a sampler to leave it between two steps. */
class SamplingStopped extends Error {
  readonly latent: Tensor;

  constructor(latent: Tensor) {
    super('sampling was stopped');
    this.latent = latent;
  }
}

/** Runs a plan: from noise to the final latent, [n, c, h, w]. Inputs are not modified; errors of `predict` pass through. */
export async function sampleLatent(input: SampleLatentInput): Promise<Tensor> {
  try {
    return await (input.plan.sampler.kind === 'sigma' ? runSigmas(input) : runTimesteps(input));
  } catch (error) {
    if (error instanceof SamplingStopped) return error.latent;
    throw error;
  }
}

async function runSigmas(input: SampleLatentInput): Promise<Tensor> {
  const { plan, noiseSource, predict } = input;
  const { sampler, model, sigmas, options } = plan;
  if (sampler.kind !== 'sigma') throw new TypeError(`${sampler.name} walks timesteps`);
  let call = 0;
  return sampler.sample({
    async model(xSigma, sigma, step) {
      const isFlow = model.kind === 'flow';
      const x = isFlow ? xSigma : scaled(1 / Math.sqrt(sigma ** 2 + 1), xSigma);
      const timestep = isFlow ? sigma * 1000 : model.sigmaToT(sigma);
      const eps = await predict({ x, xSigma, sigma, timestep, step, call: call++ });
      return weightedSum([1, xSigma], [-sigma, eps]);
    },
    x: startLatent(input),
    sigmas,
    noise: noiseSource,
    onStep: stoppable(input),
    options,
  });
}

async function runTimesteps(input: SampleLatentInput): Promise<Tensor> {
  const { plan, noiseSource, predict } = input;
  const { sampler, model, options, timesteps = [] } = plan;
  if (sampler.kind !== 'timestep') throw new TypeError(`${sampler.name} walks sigmas`);
  let call = 0;
  return sampler.sample({
    async model(x, timestep, step) {
      const sigma = model.tToSigma(timestep);
      const xSigma = scaled(Math.sqrt(sigma ** 2 + 1), x);
      return predict({ x, xSigma, sigma, timestep, step, call: call++ });
    },
    x: startLatent(input),
    timesteps,
    alphasCumprod: model.alphasCumprod,
    noise: noiseSource,
    onStep: stoppable(input),
    options,
  });
}

/**
 * x before the first step. Without a picture: noise at the first level (option `sgm_noise_multiplier`: with the variance
 * of picture and noise together). With one: the picture with noise of `startSigma` on it.
 */
function startLatent({ plan, noise, initLatent }: SampleLatentInput): Tensor {
  const isTimestep = plan.sampler.kind === 'timestep';
  if (initLatent === undefined || plan.startSigma === undefined) {
    if (isTimestep) return noise;
    const sigma = plan.sigmas[0]!;
    return scaled(plan.settings.sgm_noise_multiplier ? Math.sqrt(sigma ** 2 + 1) : sigma, noise);
  }
  const sigma = plan.startSigma;
  if (isTimestep) {
    const alpha = 1 / (sigma ** 2 + 1);
    return weightedSum([Math.sqrt(alpha), initLatent], [Math.sqrt(1 - alpha), noise]);
  }
  return weightedSum([plan.model.kind === 'flow' ? 1 - sigma : 1, initLatent], [sigma, noise]);
}

function stoppable({ onStep, shouldStop }: SampleLatentInput): OnStep {
  return async (info) => {
    const next = onStep ? await onStep(info) : info.next;
    if (shouldStop?.()) throw new SamplingStopped(info.denoised);
    return next;
  };
}
