import type { Tensor } from '../../../tensor.ts';
import { weightedSum } from '../../tensor-math.ts';
import type { SigmaSamplerInput } from '../../types.ts';

/** The slope of x along the probability flow: (x - denoised) / sigma. Karras et al. 2022, eq. 3. */
export function derivative(x: Tensor, denoised: Tensor, sigma: number): Tensor {
  return weightedSum([1 / sigma, x], [-1 / sigma, denoised]);
}

/** x moved from `sigma` to `sigmaTo` along the line through `denoised`: x + (sigmaTo - sigma) · derivative. */
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
  { sigmas, noise, options }: SigmaSamplerInput,
): { x: Tensor; sigmaHat: number } {
  const { sChurn, sTmin, sTmax, sNoise } = options;
  const drawn = noise.next();
  const isWithin = sTmin <= sigma && sigma <= sTmax;
  const gamma = isWithin ? Math.min(sChurn / (sigmas.length - 1), Math.SQRT2 - 1) : 0;
  if (gamma <= 0) return { x, sigmaHat: sigma };
  const sigmaHat = sigma * (gamma + 1);
  return { x: weightedSum([1, x], [sNoise * Math.sqrt(sigmaHat ** 2 - sigma ** 2), drawn]), sigmaHat };
}
