import type { Tensor } from '../tensor.ts';
import { weightedSum } from './tensor-math.ts';

/**
 * Classifier-free guidance (Ho & Salimans 2022): uncond + scale · (cond - uncond). Eps or denoised, as long as both are
 * the same; any shape.
 */
export function combineGuidance(uncond: Tensor, cond: Tensor, scale: number): Tensor {
  return weightedSum([1 - scale, uncond], [scale, cond]);
}

/**
 * Guidance by several prompts joined with AND: uncond + Σ weight · scale · (cond - uncond). Liu et al. 2022,
 * "Compositional Visual Generation with Composable Diffusion Models".
 */
export function combineWeightedGuidance(
  uncond: Tensor,
  conds: readonly { weight: number; prediction: Tensor }[],
  scale: number,
): Tensor {
  const total = conds.reduce((sum, { weight }) => sum + weight, 0);
  return weightedSum(
    [1 - scale * total, uncond],
    ...conds.map(({ weight, prediction }) => [scale * weight, prediction] as const),
  );
}
