import type { Tensor } from '../../tensor.ts';
import { weightedSum } from '../tensor-math.ts';
import type { SigmaSampler } from '../types.ts';
import { adamsBashforth } from './shared/adams-bashforth.ts';
import { eachStep } from './shared/each-step.ts';
import { derivative } from './shared/euler-step.ts';

/** Improved PNDM: Adams-Bashforth with the coefficients of even steps. Zhang & Chen 2022, "DEIS", app. H.2. Order 1..4. */
export function createIpndm(order: number): SigmaSampler {
  return {
    kind: 'sigma',
    name: 'IPNDM',
    aliases: ['ipndm'],
    usedOptions: [],
    sample(input) {
      /** Newest first. */
      let slopes: Tensor[] = [];
      return eachStep(input, async ({ x, sigma, sigmaNext, step }) => {
        const denoised = await input.model(x, sigma, step);
        slopes = [derivative(x, denoised, sigma), ...slopes].slice(0, order);
        return { denoised, next: weightedSum([1, x], [sigmaNext - sigma, adamsBashforth(slopes)]) };
      });
    },
  };
}

export const ipndm = createIpndm(4);
