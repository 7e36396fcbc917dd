import type { Tensor } from '../../tensor.ts';
import { type Term, weightedSum } from '../tensor-math.ts';
import type { SigmaSampler } from '../types.ts';
import { eachStep } from './shared/each-step.ts';
import { derivative } from './shared/euler-step.ts';

/** Improved PNDM with coefficients for uneven steps, as zju-pi/diff-sampler has them. Order 1..4. */
export function createIpndmV(order: number): SigmaSampler {
  return {
    kind: 'sigma',
    name: 'IPNDM_V',
    aliases: ['ipndm_v'],
    usedOptions: [],
    sample(input) {
      const { model, sigmas } = input;
      /** Newest first. */
      let slopes: Tensor[] = [];
      return eachStep(input, async ({ x, sigma, sigmaNext, step }) => {
        const denoised = await model(x, sigma, step);
        slopes = [derivative(x, denoised, sigma), ...slopes].slice(0, order);
        const lengths = slopes.map((_, k) => sigmas[step + 1 - k]! - sigmas[step - k]!);
        const weights = slopeWeights(lengths);
        const length = sigmaNext - sigma;
        const terms = slopes.map((slope, k): Term => [length * weights[k]!, slope]);
        return { denoised, next: weightedSum([1, x], ...terms) };
      });
    },
  };
}

export const ipndmV = createIpndmV(4);

/**
 * Weights of the slopes from the lengths of the current and past steps, newest first. The third-order correction is the
 * published code's, where a bracket stands elsewhere than in the derivation.
 */
function slopeWeights(lengths: readonly number[]): number[] {
  const [h, h1, h2, h3] = lengths as [number, number, number, number];
  if (lengths.length === 1) return [1];
  const second = [1 + h / (2 * h1), -h / (2 * h1)] as const;
  if (lengths.length === 2) return [...second];
  const b = h1 / h2;
  const third = (1 - ((h / (3 * (h + h1))) * (h * (h + h1))) / (h1 * (h1 + h2))) / 2;
  if (lengths.length === 3) return [second[0] + third, second[1] - (1 + b) * third, third * b];
  const c = (h1 * (h1 + h2)) / (h2 * (h2 + h3));
  const fourth =
    (((1 - h / (3 * (h + h1))) / 2 + ((1 - h / (2 * (h + h1))) * h) / (6 * (h + h1 + h2))) *
      (h * (h + h1) * (h + h1 + h2))) /
    (h1 * (h1 + h2) * (h1 + h2 + h3));
  return [
    second[0] + third + fourth,
    second[1] - (1 + b) * third - (1 + b + c) * fourth,
    third * b + (b + c * (1 + h2 / h3)) * fourth,
    -fourth * c * b,
  ];
}
