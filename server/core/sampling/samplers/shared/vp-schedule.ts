import type { UniPcOptions } from '../../types.ts';

/** A variance-preserving schedule over continuous time, as UniPC and DPM-Solver read a table of alphas. */
export interface VpSchedule {
  /** Half the log signal-to-noise ratio. */
  lambda(time: number): number;
  timeOfLambda(lambda: number): number;
  /** Scale of the picture and of the noise in x. */
  alpha(time: number): number;
  sigma(time: number): number;
  /** The network's timestep, fractional. */
  timestep(time: number): number;
  /** steps + 1 descending times. */
  times(skip: UniPcOptions['skipType'], start: number, end: number, steps: number): number[];
}

/** Time runs from 0 to 1, table entry n lies at (n + 1) / size; log alpha is linear between entries and beyond. */
export function createVpSchedule(alphasCumprod: Float32Array): VpSchedule {
  const size = alphasCumprod.length;
  const tableTimes = Array.from(alphasCumprod, (_, n) => (n + 1) / size);
  const logAlphas = Array.from(alphasCumprod, (alpha) => 0.5 * Math.log(alpha));
  const logAlpha = (time: number) => interpolate(time, tableTimes, logAlphas);
  const lambda = (time: number) => logAlpha(time) - 0.5 * Math.log(-Math.expm1(2 * logAlpha(time)));
  const [ascendingLogs, timesOfLogs] = [logAlphas.toReversed(), tableTimes.toReversed()];
  const timeOfLambda = (value: number) =>
    interpolate(-0.5 * Math.log1p(Math.exp(-2 * value)), ascendingLogs, timesOfLogs);
  return {
    lambda,
    timeOfLambda,
    alpha: (time) => Math.exp(logAlpha(time)),
    sigma: (time) => Math.sqrt(-Math.expm1(2 * logAlpha(time))),
    timestep: (time) => (time - 1 / size) * 1000,
    times(skip, start, end, steps) {
      const [from, to, back] = spacing(skip, { lambda, timeOfLambda }, start, end);
      return Array.from({ length: steps + 1 }, (_, i) => back(from + ((to - from) * i) / steps));
    },
  };
}

function spacing(
  skip: UniPcOptions['skipType'],
  schedule: Pick<VpSchedule, 'lambda' | 'timeOfLambda'>,
  start: number,
  end: number,
): [number, number, (value: number) => number] {
  if (skip === 'logSNR') return [schedule.lambda(start), schedule.lambda(end), schedule.timeOfLambda];
  if (skip === 'time_quadratic') return [Math.sqrt(start), Math.sqrt(end), (root) => root ** 2];
  return [start, end, (time) => time];
}

/** Piecewise linear through ascending `xs`, the outer pieces extended. */
function interpolate(x: number, xs: readonly number[], ys: readonly number[]): number {
  let high = xs.findIndex((value) => value >= x);
  if (high === -1) high = xs.length - 1;
  high = Math.max(high, 1);
  const [x0, x1, y0, y1] = [xs[high - 1]!, xs[high]!, ys[high - 1]!, ys[high]!];
  return y0 + ((x - x0) * (y1 - y0)) / (x1 - x0);
}
