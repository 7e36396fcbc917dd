import type { Tensor } from '../../../tensor.ts';
import { weightedSum } from '../../tensor-math.ts';
import type { Denoise } from '../../types.ts';
import { derivative, eulerStep } from './euler-step.ts';

/** Heun's rule: the mean of the slopes at both ends. To sigma 0 a plain Euler step. */
export async function heunStep(
  model: Denoise,
  { x, denoised, sigma, step }: { x: Tensor; denoised: Tensor; sigma: number; step: number },
  sigmaTo: number,
): Promise<Tensor> {
  const guess = eulerStep(x, denoised, sigma, sigmaTo);
  if (sigmaTo === 0) return guess;
  const slope = derivative(x, denoised, sigma);
  const slopeTo = derivative(guess, await model(guess, sigmaTo, step), sigmaTo);
  const half = (sigmaTo - sigma) / 2;
  return weightedSum([1, x], [half, slope], [half, slopeTo]);
}
