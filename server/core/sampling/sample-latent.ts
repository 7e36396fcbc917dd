import type { Tensor } from '../tensor.ts';
import { combineGuidance, velocityToEps } from './guidance.ts';
import type { ImageNoise } from './noise/image-noise.ts';
import type { SamplingPlan } from './plan.ts';
import { uniPcOptions } from './settings.ts';
import { scaled, weightedSum } from './tensor-math.ts';
import type { NoiseModel, NoiseSource, OnStep } from './types.ts';

/** One evaluation of the guided model. */
export interface PredictInput {
  /** What the network is given: unit variance. */
  x: Tensor;
  /** x in k-diffusion's scale: denoised = xSigma - sigma · eps. */
  xSigma: Tensor;
  sigma: number;
  /** 0..999, may be fractional. */
  timestep: number;
  /** Cumulative alpha that belongs to x, for `velocityToEps`. */
  alpha: number;
  /** 0-based sampler step; second-order samplers ask more than once in a step. */
  step: number;
  /** 0-based count of evaluations in this pass: what prompt schedules count. */
  call: number;
}

/**
 * The guided output of the model, of the kind that the plan's `model.prediction` says (guidance is linear, so it may
 * work on any). `uncond`: the unguided one, which CFG++ samplers need; without it they sample as with plain CFG.
 */
export type Predict = (input: PredictInput) => Promise<Tensor | { guided: Tensor; uncond: Tensor }>;

export interface SampleLatentInput {
  plan: SamplingPlan;
  /** Unit-variance start noise, [n, c, h, w]. */
  noise: Tensor;
  /** Later draws; `createImageNoise` makes one that gives SDE samplers their Brownian paths. */
  noiseSource: NoiseSource & Partial<Pick<ImageNoise, 'withBrownian'>>;
  predict: Predict;
  onStep?: OnStep;
  /** img2img: the encoded picture, [n, c, h, w], which the noise is added to. */
  initLatent?: Tensor;
  /** Inpainting: 1 where `initLatent` is painted over, 0 where it stays. [n, c, h, w] or the last of these dimensions. */
  mask?: Tensor;
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
  const { sampler, model, sigmas, options, range } = plan;
  if (sampler.kind !== 'sigma') throw new TypeError(`${sampler.name} walks timesteps`);
  const start = startLatent(input);
  if (sigmas.length < 2) return start;
  let call = 0;
  return sampler.sample({
    async model(xSigma, sigma, step) {
      const isFlow = model.prediction === 'flow';
      const alpha = 1 / (sigma ** 2 + 1);
      const x = isFlow ? xSigma : scaled(Math.sqrt(alpha), xSigma);
      const timestep = isFlow ? sigma * 1000 : model.sigmaToT(sigma);
      const { guided } = both(await predict({ x, xSigma, sigma, timestep, alpha, step, call: call++ }));
      const denoised = toDenoised(model, xSigma, guided, sigma);
      return keepUnmasked(input, model.reviseDenoised?.(xSigma, denoised, sigma) ?? denoised);
    },
    x: start,
    sigmas,
    noise: withPaths(noiseSource, plan),
    onStep: stoppable(input),
    options,
    ...(range ? { range } : {}),
  });
}

/** For an SDE sampler with each picture's Brownian path. */
function withPaths(noise: SampleLatentInput['noiseSource'], plan: SamplingPlan): NoiseSource {
  const { sampler, brownianRange } = plan;
  return (sampler.brownianNoise && brownianRange && noise.withBrownian?.(brownianRange)) || noise;
}

async function runTimesteps(input: SampleLatentInput): Promise<Tensor> {
  const { plan, noiseSource, predict } = input;
  const { sampler, model, options, timesteps = [] } = plan;
  if (sampler.kind !== 'timestep') throw new TypeError(`${sampler.name} walks sigmas`);
  let call = 0;
  let lastUncond: Tensor | undefined;
  return sampler.sample({
    async model(xWhole, timestep, step) {
      const x = keepUnmasked(input, xWhole);
      const sigma = model.tToSigma(timestep);
      const xSigma = scaled(Math.sqrt(sigma ** 2 + 1), x);
      const alpha = model.alphasCumprod[Math.trunc(timestep)]!;
      const { guided, uncond } = both(
        await predict({ x, xSigma, sigma, timestep, alpha, step, call: call++ }),
      );
      const toEps = (output: Tensor) => (model.prediction === 'v' ? velocityToEps(x, output, alpha) : output);
      lastUncond = toEps(uncond);
      const { cfgMultiplier } = sampler;
      return toEps(cfgMultiplier === undefined ? guided : combineGuidance(uncond, guided, cfgMultiplier));
    },
    x: startLatent(input),
    timesteps,
    alphasCumprod: model.alphasCumprod,
    noise: noiseSource,
    onStep: stoppable(input),
    options,
    lastUncond: () => lastUncond!,
    isImg2img: plan.startSigma !== undefined,
    uniPc: uniPcOptions(plan.settings),
  });
}

function both(output: Tensor | { guided: Tensor; uncond: Tensor }): { guided: Tensor; uncond: Tensor } {
  return 'guided' in output ? output : { guided: output, uncond: output };
}

/** A velocity goes straight to the picture: by way of the noise, high sigmas would cost digits. */
function toDenoised(model: NoiseModel, x: Tensor, output: Tensor, sigma: number): Tensor {
  if (model.prediction !== 'v') return weightedSum([1, x], [-sigma, output]);
  const variance = sigma ** 2 + 1;
  return weightedSum([1 / variance, x], [-sigma / Math.sqrt(variance), output]);
}

/** Inpainting: the original where the mask is 0. Sigma samplers mend the model's picture, timestep samplers its input. */
function keepUnmasked({ mask, initLatent }: SampleLatentInput, latent: Tensor): Tensor {
  if (!mask || !initLatent) return latent;
  const size = mask.data.length;
  const data = latent.data.map((value, i) => {
    const share = mask.data[i % size]!;
    return value * share + initLatent.data[i]! * (1 - share);
  });
  return { data, shape: latent.shape };
}

/**
 * x before the first step. Without a picture: noise at the first level (option `sgm_noise_multiplier`: with the variance
 * of picture and noise together). With one: the picture with noise of `startSigma` on it, and option
 * `img2img_extra_noise` more.
 */
function startLatent({ plan, noise, initLatent }: SampleLatentInput): Tensor {
  const { settings, startSigma } = plan;
  const isTimestep = plan.sampler.kind === 'timestep';
  if (initLatent === undefined || startSigma === undefined) {
    if (isTimestep) return noise;
    const sigma = plan.sigmas[0]!;
    return scaled(settings.sgm_noise_multiplier ? Math.sqrt(sigma ** 2 + 1) : sigma, noise);
  }
  const extra = settings.img2img_extra_noise;
  if (isTimestep) {
    const alpha = 1 / (startSigma ** 2 + 1);
    return weightedSum(
      [Math.sqrt(alpha), initLatent],
      [Math.sqrt(1 - alpha) + extra * Math.sqrt(alpha), noise],
    );
  }
  return weightedSum(
    [plan.model.prediction === 'flow' ? 1 - startSigma : 1, initLatent],
    [startSigma + extra, noise],
  );
}

function stoppable({ onStep, shouldStop }: SampleLatentInput): OnStep {
  return async (info) => {
    const next = onStep ? await onStep(info) : info.next;
    if (shouldStop?.()) throw new SamplingStopped(info.denoised);
    return next;
  };
}
