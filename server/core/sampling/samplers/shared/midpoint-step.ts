import type { Tensor } from '../../../tensor.ts';
import { weightedSum } from '../../tensor-math.ts';
import type { Denoise } from '../../types.ts';
import { derivative, eulerStep } from './euler-step.ts';

/** DPM-Solver-2: the slope at the geometric mean of both levels carries the whole step. `sigmaTo` > 0. */
export async function midpointStep(
  model: Denoise,
  { x, denoised, sigma, step }: { x: Tensor; denoised: Tensor; sigma: number; step: number },
  sigmaTo: number,
): Promise<Tensor> {
  const sigmaMid = Math.sqrt(sigma * sigmaTo);
  const middle = eulerStep(x, denoised, sigma, sigmaMid);
  const slope = derivative(middle, await model(middle, sigmaMid, step), sigmaMid);
  return weightedSum([1, x], [sigmaTo - sigma, slope]);
}
