import type { Tensor } from '../../../tensor.ts';
import { type Term, weightedSum } from '../../tensor-math.ts';
import type { UniPcOptions } from '../../types.ts';
import { invert, multiplyVector } from './linear-algebra.ts';
import type { VpSchedule } from './vp-schedule.ts';

/** A picture estimate and the time it was made at. */
export interface Evaluation {
  time: number;
  denoised: Tensor;
}

export interface UnipcUpdateInput {
  /** At the time of past[0]. */
  x: Tensor;
  /** Newest first; as many as the order of the update. */
  past: readonly Evaluation[];
  time: number;
  variant: UniPcOptions['variant'];
  schedule: VpSchedule;
  /** Evaluates the predictor's guess; absent: no corrector. */
  correct: ((guess: Tensor) => Promise<Tensor>) | undefined;
}

/**
 * One UniP step of order past.length, then UniC with an evaluation at its end. Zhao et al. 2023, "UniPC", algorithms 5
 * to 8 (data prediction). `denoised`: what the corrector saw.
 */
export async function unipcUpdate(input: UnipcUpdateInput): Promise<{ next: Tensor; denoised?: Tensor }> {
  const { x, past, time, schedule, correct } = input;
  const [newest, ...older] = past as [Evaluation, ...Evaluation[]];
  const h = schedule.lambda(time) - schedule.lambda(newest.time);
  const ratios = older.map((item) => (schedule.lambda(item.time) - schedule.lambda(newest.time)) / h);
  const alpha = schedule.alpha(time);
  const base: Term[] = [
    [schedule.sigma(time) / schedule.sigma(newest.time), x],
    [-alpha * Math.expm1(-h), newest.denoised],
  ];
  const { predictor, corrector } = updateWeights(input.variant, ratios, h);
  /** Σ weight · (item - newest) / ratio, times -alpha. */
  const differences = (
    weights: readonly number[],
    items: readonly Tensor[],
    spans: readonly number[],
  ): Term[] =>
    items.flatMap((item, k): Term[] => {
      const weight = (-alpha * weights[k]!) / spans[k]!;
      return [
        [weight, item],
        [-weight, newest.denoised],
      ];
    });
  const pictures = older.map((item) => item.denoised);
  const guess = sum([...base, ...differences(predictor, pictures, ratios)]);
  if (!correct) return { next: guess };
  const denoised = await correct(guess);
  return {
    next: sum([...base, ...differences(corrector, [...pictures, denoised], [...ratios, 1])]),
    denoised,
  };
}

/** Weights of the differences to older evaluations; the corrector has one more, for the new evaluation. */
function updateWeights(
  variant: UniPcOptions['variant'],
  ratios: readonly number[],
  h: number,
): { predictor: number[]; corrector: number[] } {
  const order = ratios.length + 1;
  const nodes = [...ratios, 1];
  return variant === 'vary_coeff' ? varyingWeights(nodes, order, h) : fixedWeights(variant, nodes, order, h);
}

/** B(h) = h (bh1) or e^h - 1 (bh2); the lowest orders use 1/2 instead of solving for it. */
function fixedWeights(variant: 'bh1' | 'bh2', nodes: readonly number[], order: number, h: number) {
  const scale = variant === 'bh1' ? -h : Math.expm1(-h);
  const phis = phiFunctions(h, order + 1);
  const rows = nodes.map((_, i) => nodes.map((node) => node ** i));
  let factorial = 1;
  const right = nodes.map((_, i) => {
    factorial *= i + 1;
    return (phis[i + 1]! * factorial) / scale;
  });
  const solve = (count: number) => {
    const matrix = rows.slice(0, count).map((row) => row.slice(0, count));
    return multiplyVector(invert(matrix), right.slice(0, count));
  };
  const predictor = order === 1 ? [] : order === 2 ? [0.5] : solve(order - 1);
  const corrector = order === 1 ? [0.5] : solve(order);
  return { predictor: predictor.map((w) => w * scale), corrector: corrector.map((w) => w * scale) };
}

/** Coefficients that follow the spacing of the steps. */
function varyingWeights(nodes: readonly number[], order: number, h: number) {
  const phis = phiFunctions(h, order + 1);
  let factorial = 1;
  const divisors = nodes.map((_, k) => {
    factorial *= k + 1;
    return factorial;
  });
  const inverseOf = (count: number) =>
    invert(
      nodes.slice(0, count).map((node) => divisors.slice(0, count).map((divisor, k) => node ** k / divisor)),
    );
  const weigh = (rows: readonly number[][], column: number) =>
    rows.reduce((total, row, k) => total + phis[k + 1]! * row[column]!, 0);
  if (order === 1) return { predictor: [], corrector: [phis[1]!] };

  const lower = inverseOf(order - 1);
  const full = inverseOf(order);
  const older = nodes.slice(0, -1);
  // The reference weighs the new evaluation by the last row but one.
  const newest = phis[order]! * full[order - 2]![order - 1]!;
  return {
    predictor: older.map((_, column) => weigh(lower, column)),
    corrector: [...older.map((_, column) => weigh(full.slice(0, -1), column)), newest],
  };
}

/** phi_1 = e^-h - 1, and phi_(k+1) = phi_k / -h - 1 / k!. */
function phiFunctions(h: number, count: number): number[] {
  const phis = [Math.expm1(-h)];
  let factorial = 1;
  for (let k = 1; k < count; k++) {
    phis.push(phis[k - 1]! / -h - 1 / factorial);
    factorial *= k + 1;
  }
  return phis;
}

function sum(terms: readonly Term[]): Tensor {
  const [first, ...rest] = terms;
  return weightedSum(first!, ...rest);
}
