import { type Term, weightedSum } from '../tensor-math.ts';
import type { SigmaSampler } from '../types.ts';
import { eachStep } from './shared/each-step.ts';
import { derivative } from './shared/euler-step.ts';

/** Ancestral sampling of the original paper. Ho et al. 2020, "Denoising Diffusion Probabilistic Models", algorithm 2. */
export const ddpm: SigmaSampler = {
  kind: 'sigma',
  name: 'DDPM',
  aliases: ['ddpm'],
  usedOptions: [],
  sample: (input) =>
    eachStep(input, async ({ x, sigma, sigmaNext, step }) => {
      const denoised = await input.model(x, sigma, step);
      const cumulative = 1 / (sigma ** 2 + 1);
      const cumulativeNext = 1 / (sigmaNext ** 2 + 1);
      const alpha = cumulative / cumulativeNext;
      // The paper's x has unit variance: into it by sqrt(cumulative), out of it by 1 / sqrt(cumulativeNext).
      const out = 1 / Math.sqrt(cumulativeNext);
      const terms: Term[] = [
        [(out * Math.sqrt(cumulative)) / Math.sqrt(alpha), x],
        [(-out * (1 - alpha)) / Math.sqrt(alpha * (1 - cumulative)), derivative(x, denoised, sigma)],
      ];
      if (sigmaNext > 0) {
        const variance = ((1 - alpha) * (1 - cumulativeNext)) / (1 - cumulative);
        terms.push([out * Math.sqrt(variance), input.noise.next()]);
      }
      const [first, ...rest] = terms;
      return { denoised, next: weightedSum(first!, ...rest) };
    }),
};
