import { exp32, lerp32, log32 } from './float32.ts';
import type { NoiseModel } from './types.ts';

export interface DiffusionModelOptions {
  /** Family id, e.g. "sd1". */
  family: string;
  /** First and last beta; defaults are Stable Diffusion's. */
  betaStart?: number;
  betaEnd?: number;
  timesteps?: number;
  /** Rescale to zero terminal SNR (Lin et al. 2023, "Common Diffusion Noise Schedules ... Are Flawed"). */
  zeroTerminalSnr?: boolean;
  /** What the network gives; default the noise. */
  prediction?: 'epsilon' | 'v';
  /** Option `enable_quantization`: `sigmaToT` gives whole timesteps. */
  quantize?: boolean;
}

/** What stands in for alpha = 0 at the last timestep, which would be an infinite sigma. */
const SMALLEST_ALPHA = 4.8973451890853435e-8;

/**
 * Noise levels of a latent diffusion model trained with "scaled linear" betas (Rombach et al. 2022): the square roots
 * of the betas rise linearly. float32 tables, as the reference keeps them.
 */
export function createDiffusionModel(options: DiffusionModelOptions): NoiseModel {
  const { family, betaStart = 0.00085, betaEnd = 0.012, timesteps = 1000, quantize = false } = options;
  const { prediction = 'epsilon' } = options;
  const first = Math.sqrt(betaStart);
  const last = Math.sqrt(betaEnd);
  const alphasCumprod = new Float32Array(timesteps);
  let product = 1;
  for (let t = 0; t < timesteps; t++) {
    product *= 1 - (first + ((last - first) * t) / (timesteps - 1)) ** 2;
    alphasCumprod[t] = product;
  }
  const alphas = options.zeroTerminalSnr ? rescaleZeroTerminalSnr(alphasCumprod) : alphasCumprod;
  return createTabledModel({ family, prediction, sigmas: alphas.map(sigmaOfAlpha), quantize }, alphas);
}

/**
 * Noise levels of a rectified-flow model (Esser et al. 2024, Stable Diffusion 3): sigma runs from near 0 to 1, pushed
 * towards 1 by `shift`.
 */
export function createFlowModel(options: { family: string; shift: number; quantize?: boolean }): NoiseModel {
  const { family, shift, quantize = false } = options;
  const sigmas = new Float32Array(1000).map((_, i) => shiftedTime((i + 1) / 1000, shift));
  const alphas = sigmas.map((sigma) => 1 / (sigma * sigma + 1));
  return createTabledModel({ family, prediction: 'flow', sigmas, quantize }, alphas);
}

/** sigma of a cumulative alpha, in float32 arithmetic. */
export function sigmaOfAlpha(alpha: number): number {
  return Math.fround(Math.sqrt(Math.fround(Math.fround(1 - alpha) / alpha)));
}

/** Cumulative alphas stretched so that the last is (almost) 0. The first stays. */
export function rescaleZeroTerminalSnr(alphasCumprod: Float32Array): Float32Array {
  const roots = alphasCumprod.map(Math.sqrt);
  const first = roots[0]!;
  const last = roots.at(-1)!;
  const stretch = Math.fround(first / Math.fround(first - last));
  const rescaled = roots.map((root) => Math.fround(Math.fround(root - last) * stretch) ** 2);
  rescaled[rescaled.length - 1] = SMALLEST_ALPHA;
  return rescaled;
}

function shiftedTime(time: number, shift: number): number {
  return (shift * time) / (1 + (shift - 1) * time);
}

interface TableOptions {
  family: string;
  prediction: NoiseModel['prediction'];
  sigmas: Float32Array;
  quantize: boolean;
}

/** Conversions between sigma and timestep, log-linear between the entries of the table, as k-diffusion has them. */
function createTabledModel(options: TableOptions, alphasCumprod: Float32Array): NoiseModel {
  const { family, prediction, sigmas, quantize } = options;
  const logSigmas = sigmas.map(log32);
  const last = sigmas.length - 1;
  return {
    family,
    prediction,
    alphasCumprod,
    sigmas,
    sigmaMin: sigmas[0]!,
    sigmaMax: sigmas[last]!,
    tToSigma(t) {
      // As float32: near the last timestep of a zero-SNR table sigma doubles within one timestep.
      const time = Math.fround(t);
      const low = Math.min(Math.max(Math.floor(time), 0), last);
      const high = Math.min(low + 1, last);
      const fraction = Math.fround(Math.min(Math.max(time - low, 0), 1));
      return exp32(lerp32(logSigmas[low]!, logSigmas[high]!, fraction));
    },
    sigmaToT(sigma) {
      const logSigma = log32(sigma);
      const low = Math.min(countAtMost(logSigmas, logSigma) - 1, last - 1);
      if (low < 0) return 0;
      const span = logSigmas[low + 1]! - logSigmas[low]!;
      const fraction = Math.min(Math.max((logSigma - logSigmas[low]!) / span, 0), 1);
      const t = low + fraction;
      return quantize ? Math.round(t) : t;
    },
  };
}

/** How many entries of an ascending list are at most `value`. */
function countAtMost(ascending: Float32Array, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
