import type { Tensor } from '../../tensor.ts';
import { linspace, type Term, weightedSum } from '../tensor-math.ts';
import type { SigmaSampler } from '../types.ts';
import { eachStep } from './shared/each-step.ts';
import { derivative, eulerStep } from './shared/euler-step.ts';

/** Points of the numerical integration. */
const POINTS = 10_000;
/** The variance-preserving time that EDM's noise levels from 0.002 to 80 map to. */
const TIME_MIN = 1e-3;
const LOG_MIN = Math.log(0.002 ** 2 + 1);
const LOG_MAX = Math.log(80 ** 2 + 1);
const BETA_SLOPE = (2 * (LOG_MIN / TIME_MIN - LOG_MAX)) / (TIME_MIN - 1);
const BETA_START = LOG_MAX - BETA_SLOPE / 2;

/**
 * Diffusion exponential integrator with time-based Adams-Bashforth coefficients ("tAB"). Zhang & Chen 2022, "Fast
 * Sampling of Diffusion Models with Exponential Integrator", eq. 15. Order 1..4. The step to sigma 0 is Euler's.
 */
export function createDeis(order: number): SigmaSampler {
  return {
    kind: 'sigma',
    name: 'DEIS',
    aliases: ['deis'],
    usedOptions: [],
    sample(input) {
      const { model, sigmas } = input;
      const times = sigmas.map(timeOfSigma);
      /** Newest first. */
      let slopes: Tensor[] = [];
      return eachStep(input, async ({ x, sigma, sigmaNext, step }) => {
        const denoised = await model(x, sigma, step);
        slopes = [derivative(x, denoised, sigma), ...slopes].slice(0, order);
        if (slopes.length === 1 || sigmaNext <= 0) {
          return { denoised, next: eulerStep(x, denoised, sigma, sigmaNext) };
        }
        const nodes = slopes.map((_, k) => times[step - k]!);
        const weights = integrals(nodes, times[step + 1]!);
        return {
          denoised,
          next: weightedSum([1, x], ...slopes.map((slope, k): Term => [weights[k]!, slope])),
        };
      });
    },
  };
}

export const deis = createDeis(3);

function timeOfSigma(sigma: number): number {
  return (Math.sqrt(BETA_START ** 2 + 2 * BETA_SLOPE * Math.log(sigma ** 2 + 1)) - BETA_START) / BETA_SLOPE;
}

/** How fast sigma falls with time. */
function sigmaSlope(time: number): number {
  const alpha = Math.exp(-0.5 * BETA_SLOPE * time ** 2 - BETA_START * time);
  const logSlope = -BETA_SLOPE * time - BETA_START;
  return (-0.5 * logSlope) / Math.sqrt(alpha * (1 - alpha));
}

/**
 * Integrals from nodes[0] to `end` of each node's Lagrange polynomial times the slope. A sum over both ends with the
 * width of one point too many, as the reference takes it.
 */
function integrals(nodes: readonly number[], end: number): number[] {
  const width = (end - nodes[0]!) / POINTS;
  const sums = nodes.map(() => 0);
  for (const time of linspace(nodes[0]!, end, POINTS)) {
    const slope = sigmaSlope(time) * width;
    nodes.forEach((node, j) => {
      let basis = slope;
      for (let k = 0; k < nodes.length; k++) {
        if (k !== j) basis *= (time - nodes[k]!) / (node - nodes[k]!);
      }
      sums[j]! += basis;
    });
  }
  return sums;
}
