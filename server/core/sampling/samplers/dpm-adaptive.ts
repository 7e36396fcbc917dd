import type { Tensor } from '../../tensor.ts';
import { weightedSum } from '../tensor-math.ts';
import type { SigmaSampler } from '../types.ts';
import {
  ancestralTime,
  type DpmSolverStep,
  type EpsAt,
  epsilonOf,
  firstOrder,
  middleOf,
  secondOrder,
  sigmaOf,
  thirdOrder,
  timeOf,
} from './shared/dpm-solver.ts';
import { sigmaRange } from './shared/sigma-range.ts';

export interface AdaptiveOptions {
  order: 2 | 3;
  /** Relative and absolute error that a step may have. */
  rtol: number;
  atol: number;
  firstStep: number;
  /** Weights of the proportional, integral and derivative part of the step size controller. */
  proportional: number;
  integral: number;
  derivative: number;
  /** Steps whose proposed growth is below this are taken back. */
  acceptSafety: number;
}

const DEFAULTS: AdaptiveOptions = {
  order: 3,
  rtol: 0.05,
  atol: 0.0078,
  firstStep: 0.05,
  proportional: 0,
  integral: 1,
  derivative: 0,
  acceptSafety: 0.81,
};

/**
 * DPM-Solver-12 and -23 with adaptive step size: two orders are compared, and a PID controller sets the next step. Lu et
 * al. 2022, "DPM-Solver", appendix C. A step taken back is reported too, with x unchanged.
 */
export function createDpmAdaptive(changes: Partial<AdaptiveOptions> = {}): SigmaSampler {
  const settings = { ...DEFAULTS, ...changes };
  return {
    kind: 'sigma',
    name: 'DPM adaptive',
    aliases: ['k_dpm_ad'],
    usesEnsd: true,
    usedOptions: ['eta'],
    async sample(input) {
      const { model, noise, onStep, options } = input;
      const { sigmaMin, sigmaMax } = sigmaRange(input);
      const controller = createStepController(settings, options.eta > 0 ? 1.5 : settings.order);
      const timeEnd = timeOf(sigmaMin);
      let time = timeOf(sigmaMax);
      let x = input.x;
      let coarse = x;
      for (let step = 0; time < timeEnd - 1e-5; step++) {
        const timeTo = Math.min(timeEnd, Math.fround(time + Math.fround(controller.size())));
        const { timeDown, up } = ancestralTime(time, timeTo, timeEnd, options.eta);
        const epsAt = epsilonOf(model, step);
        const at = { x, eps: await epsAt(x, time), time, timeTo: timeDown };
        const { low, high } = await twoOrders(settings.order, at, epsAt);
        const isAccepted = controller.propose(scaledError(low, high, coarse, settings));
        const sigma = sigmaOf(time);
        const denoised = weightedSum([1, x], [-sigma, at.eps]);
        let next = x;
        if (isAccepted) {
          coarse = low;
          next = weightedSum([1, high], [up * options.sNoise, noise.next()]);
          time = timeTo;
        }
        x = await onStep({ step, x, denoised, sigma, sigmaHat: sigma, next, sigmaNext: sigmaOf(time) });
      }
      return x;
    },
  };
}

export const dpmAdaptive = createDpmAdaptive();

async function twoOrders(
  order: 2 | 3,
  at: DpmSolverStep,
  epsAt: EpsAt,
): Promise<{ low: Tensor; high: Tensor }> {
  if (order === 2) {
    const { eps } = await middleOf(at, 1 / 2, epsAt);
    return { low: firstOrder(at), high: secondOrder(at, 1 / 2, eps) };
  }
  const { eps } = await middleOf(at, 1 / 3, epsAt);
  return { low: secondOrder(at, 1 / 3, eps), high: await thirdOrder(at, eps, epsAt) };
}

/** Root mean square of the difference in units of the tolerance. */
function scaledError(low: Tensor, high: Tensor, previous: Tensor, { rtol, atol }: AdaptiveOptions): number {
  let sum = 0;
  low.data.forEach((value, i) => {
    const tolerance = Math.max(atol, rtol * Math.max(Math.abs(value), Math.abs(previous.data[i]!)));
    sum += ((value - high.data[i]!) / tolerance) ** 2;
  });
  return Math.sqrt(sum / low.data.length);
}

/** A PID controller of the step size; growth is limited to a factor of 1 + atan. */
function createStepController(settings: AdaptiveOptions, order: number) {
  const { proportional: p, integral: i, derivative: d, acceptSafety } = settings;
  const exponents = [(p + i + d) / order, -(p + 2 * d) / order, d / order] as const;
  let size = settings.firstStep;
  let errors: [number, number, number] | undefined;
  return {
    size: () => size,
    /** Sets the next size; false: the step is to be repeated with it. */
    propose(error: number): boolean {
      const inverse = 1 / (error + 1e-8);
      const [, last, beforeLast] = errors ?? [inverse, inverse, inverse];
      const growth = inverse ** exponents[0] * last ** exponents[1] * beforeLast ** exponents[2];
      const factor = 1 + Math.atan(growth - 1);
      const isAccepted = factor >= acceptSafety;
      errors = isAccepted ? [inverse, inverse, last] : [inverse, last, beforeLast];
      size *= factor;
      return isAccepted;
    },
  };
}
