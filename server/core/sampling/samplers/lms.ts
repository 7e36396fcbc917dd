import type { Tensor } from '../../tensor.ts';
import { type Term, weightedSum } from '../tensor-math.ts';
import type { SigmaSampler } from '../types.ts';
import { eachStep } from './shared/each-step.ts';
import { derivative } from './shared/euler-step.ts';

/** Nodes and weights of Gauss-Legendre quadrature on -1..1, exact for polynomials up to degree 5. */
const NODES = [-Math.sqrt(3 / 5), 0, Math.sqrt(3 / 5)];
const WEIGHTS = [5 / 9, 8 / 9, 5 / 9];

/** Linear multistep (Adams-Bashforth on uneven steps) of up to `order` slopes, 1..6. k-diffusion's `sample_lms`. */
export function createLms(order: number): SigmaSampler {
  return {
    kind: 'sigma',
    name: 'LMS',
    aliases: ['k_lms'],
    usedOptions: [],
    sample(input) {
      const { model, sigmas } = input;
      /** Newest first. */
      let slopes: Tensor[] = [];
      return eachStep(input, async ({ x, sigma, sigmaNext, step }) => {
        const denoised = await model(x, sigma, step);
        slopes = [derivative(x, denoised, sigma), ...slopes].slice(0, order);
        const levels = slopes.map((_, k) => sigmas[step - k]!);
        const terms = slopes.map((slope, k): Term => [basisIntegral(levels, k, sigma, sigmaNext), slope]);
        return { denoised, next: weightedSum([1, x], ...terms) };
      });
    },
  };
}

export const lms = createLms(4);

/** Integral from `start` to `end` of the Lagrange polynomial that is 1 at levels[index] and 0 at the others. */
function basisIntegral(levels: readonly number[], index: number, start: number, end: number): number {
  const half = (end - start) / 2;
  const basis = (at: number) =>
    levels.reduce(
      (value, level, k) => (k === index ? value : (value * (at - level)) / (levels[index]! - level)),
      1,
    );
  return NODES.reduce((sum, node, i) => sum + WEIGHTS[i]! * half * basis(start + half * (node + 1)), 0);
}
