import type { Tensor } from '../../../tensor.ts';
import { type Term, weightedSum } from '../../tensor-math.ts';

const WEIGHTS: readonly (readonly number[])[] = [
  [1],
  [3 / 2, -1 / 2],
  [23 / 12, -16 / 12, 5 / 12],
  [55 / 24, -59 / 24, 37 / 24, -9 / 24],
];

/** The Adams-Bashforth mean of one to four slopes at even steps, newest first. */
export function adamsBashforth(history: readonly Tensor[]): Tensor {
  const weights = WEIGHTS[history.length - 1]!;
  const [first, ...rest] = history.map((slope, k): Term => [weights[k]!, slope]);
  return weightedSum(first!, ...rest);
}
