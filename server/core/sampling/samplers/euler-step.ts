import type { Tensor } from '../../tensor.ts';
import { weightedSum } from '../tensor-math.ts';
import type { NoiseSource, SamplerOptions } from '../types.ts';

/** x moved from `sigma` to `sigmaTo` along the line through `denoised`: x + (x - denoised) / sigma · (sigmaTo - sigma). */
export function eulerStep(x: Tensor, denoised: Tensor, sigma: number, sigmaTo: number): Tensor {
  const ratio = sigmaTo / sigma;
  return weightedSum([ratio, x], [1 - ratio, denoised]);
}

/**
 * Karras et al. 2022, algorithm 2, lines 4-6: raises the noise level before a step by sChurn's share of it. Draws noise
 * also where nothing is added, as k-diffusion does, so that later draws are the same.
 */
export function churn(
  x: Tensor,
  sigma: number,
  steps: number,
  noise: NoiseSource,
  options: SamplerOptions,
): { x: Tensor; sigmaHat: number } {
  const { sChurn, sTmin, sTmax, sNoise } = options;
  const drawn = noise.next();
  const gamma = sTmin <= sigma && sigma <= sTmax ? Math.min(sChurn / steps, Math.SQRT2 - 1) : 0;
  if (gamma <= 0) return { x, sigmaHat: sigma };
  const sigmaHat = sigma * (gamma + 1);
  return { x: weightedSum([1, x], [sNoise * Math.sqrt(sigmaHat ** 2 - sigma ** 2), drawn]), sigmaHat };
}
