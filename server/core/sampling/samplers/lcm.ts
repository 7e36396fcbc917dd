import { exp32, lerp32, linspace32, log32 } from '../float32.ts';
import { weightedSum } from '../tensor-math.ts';
import type { NoiseModel, SigmaSampler } from '../types.ts';
import { eachStep } from './shared/each-step.ts';

/** Timesteps that latent consistency models were distilled at: every 20th of 1000. */
const LEVELS = 50;
const SIGMA_DATA = 0.5;
const TIMESTEP_SCALING = 10;

/**
 * Multistep consistency sampling: jump to the picture, add fresh noise of the next level. Luo et al. 2023, "Latent
 * Consistency Models", algorithm 3.
 */
export const lcm: SigmaSampler = {
  kind: 'sigma',
  name: 'LCM',
  aliases: ['k_lcm'],
  usedOptions: [],
  adaptModel: adaptToLcm,
  sample: (input) =>
    eachStep(input, async ({ x, sigma, sigmaNext, step }) => {
      const denoised = await input.model(x, sigma, step);
      if (sigmaNext === 0) return { denoised, next: denoised };
      return { denoised, next: weightedSum([1, denoised], [sigmaNext, input.noise.next()]) };
    }),
};

/** A model with the distilled timesteps only, and the boundary scaling of consistency functions. */
function adaptToLcm(model: NoiseModel): NoiseModel {
  const stride = model.sigmas.length / LEVELS;
  const sigmas = Float32Array.from({ length: LEVELS }, (_, k) => model.sigmas[(k + 1) * stride - 1]!);
  const logSigmas = sigmas.map(log32);
  const sigmaToT = (sigma: number) => nearestIndex(logSigmas, log32(sigma)) * stride + stride - 1;
  const tToSigma = (t: number) => {
    const at = Math.min(Math.max((t - (stride - 1)) / stride, 0), LEVELS - 1);
    const [low, high] = [Math.floor(at), Math.ceil(at)];
    return exp32(lerp32(logSigmas[low]!, logSigmas[high]!, Math.fround(at - low)));
  };
  const [sigmaMin, sigmaMax] = [sigmas[0]!, sigmas[LEVELS - 1]!];
  return {
    ...model,
    sigmas,
    sigmaMin,
    sigmaMax,
    sigmaToT,
    tToSigma,
    evenSigmas: (steps) => [...linspace32(sigmaToT(sigmaMax), sigmaToT(sigmaMin), steps).map(tToSigma), 0],
    reviseDenoised(x, denoised, sigma) {
      const time = sigmaToT(sigma) * TIMESTEP_SCALING;
      const variance = time ** 2 + SIGMA_DATA ** 2;
      return weightedSum([time / Math.sqrt(variance), denoised], [SIGMA_DATA ** 2 / variance, x]);
    },
  };
}

function nearestIndex(values: Float32Array, target: number): number {
  let best = 0;
  values.forEach((value, i) => {
    if (Math.abs(value - target) < Math.abs(values[best]! - target)) best = i;
  });
  return best;
}
