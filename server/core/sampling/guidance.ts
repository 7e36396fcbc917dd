import type { Tensor } from '../tensor.ts';
import type { InfotextFields } from './settings.ts';
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

/**
 * Pulls the guided noise back to the spread of the conditional one, item by item. Lin et al. 2023, "Common Diffusion
 * Noise Schedules and Sample Steps Are Flawed", eq. 15-16. `amount`: 0 leaves it, 1 rescales in full; [n, ...] both.
 */
export function rescaleGuidance(guided: Tensor, cond: Tensor, amount: number): Tensor {
  if (amount === 0) return guided;
  const data = guided.data.slice();
  const items = guided.shape[0]!;
  const size = data.length / items;
  for (let item = 0; item < items; item++) {
    const [start, end] = [item * size, (item + 1) * size];
    const ratio = deviation(cond.data.subarray(start, end)) / deviation(guided.data.subarray(start, end));
    const factor = amount * ratio + 1 - amount;
    for (let i = start; i < end; i++) data[i]! *= factor;
  }
  return { data, shape: guided.shape };
}

function deviation(values: Float32Array): number {
  let sum = 0;
  let squares = 0;
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  return Math.sqrt(Math.max(squares / values.length - (sum / values.length) ** 2, 0));
}

/**
 * The noise that a v-prediction means. Salimans & Ho 2022, "Progressive Distillation", app. D. x: with unit variance;
 * alpha: the cumulative alpha that belongs to it.
 */
export function velocityToEps(x: Tensor, velocity: Tensor, alpha: number): Tensor {
  return weightedSum([Math.sqrt(alpha), velocity], [Math.sqrt(1 - alpha), x]);
}

export interface UncondRules {
  /** Option `skip_early_cond`: share of the model calls, from the first, that are made without guidance; 0: none. */
  skipEarly: number;
  /** `s_min_uncond`, "negative guidance minimum sigma": below it every other call is made without; 0: never. */
  minSigma: number;
  /** Option `s_min_uncond_all`: not every other call but all. */
  allSteps: boolean;
  /** Model calls that the pass will make: `SamplingPlan.promptSteps`. */
  totalCalls: number;
}

/**
 * Why this model call does without the unconditional prediction, as the infotext fields that A1111 then writes;
 * undefined: it needs it. A call without takes the (first) conditional prediction in its place. `level`: sigma, for
 * timestep samplers the timestep, as in A1111.
 */
export function uncondSkipped(rules: UncondRules, call: number, level: number): InfotextFields | undefined {
  const { skipEarly, minSigma, allSteps, totalCalls } = rules;
  if (skipEarly !== 0 && call / totalCalls <= skipEarly) return { 'Skip Early CFG': skipEarly };
  if ((call % 2 === 1 || allSteps) && minSigma > 0 && level < minSigma) {
    return { NGMS: minSigma, ...(allSteps ? { 'NGMS all steps': true } : {}) };
  }
  return undefined;
}
