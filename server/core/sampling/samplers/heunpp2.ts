import { weightedSum } from '../tensor-math.ts';
import type { SigmaSampler } from '../types.ts';
import { eachStep } from './shared/each-step.ts';
import { churn, derivative, eulerStep } from './shared/euler-step.ts';

/**
 * Heun++: slopes at up to three levels ahead, weighed by their sigma (Carzit's sd-webui-samplers-scheduler; Forge). The
 * last step but one looks one level ahead, the last none.
 */
export const heunpp2: SigmaSampler = {
  kind: 'sigma',
  name: 'HeunPP2',
  aliases: ['heunpp2'],
  usedOptions: [],
  sample: (input) =>
    eachStep(input, async ({ x, sigma, sigmaNext, step }) => {
      const { model, sigmas } = input;
      const seen = churn(x, sigma, input);
      const denoised = await model(seen.x, seen.sigmaHat, step);
      const end = sigmas.at(-1)!;
      const guess = eulerStep(seen.x, denoised, seen.sigmaHat, sigmaNext);
      if (sigmaNext === end) return { denoised, next: guess, seen };

      const length = sigmaNext - seen.sigmaHat;
      const slope = derivative(seen.x, denoised, seen.sigmaHat);
      const denoisedNext = await model(guess, sigmaNext, step);
      const slopeNext = derivative(guess, denoisedNext, sigmaNext);
      const sigmaAfter = sigmas[step + 2]!;
      if (sigmaAfter === end) {
        const share = sigmaNext / (2 * sigmas[0]!);
        const next = weightedSum([1, seen.x], [length * (1 - share), slope], [length * share, slopeNext]);
        return { denoised, next, seen };
      }
      const further = eulerStep(guess, denoisedNext, sigmaNext, sigmaAfter);
      const slopeAfter = derivative(further, await model(further, sigmaAfter, step), sigmaAfter);
      const [shareNext, shareAfter] = [sigmaNext / (3 * sigmas[0]!), sigmaAfter / (3 * sigmas[0]!)];
      const next = weightedSum(
        [1, seen.x],
        [length * (1 - shareNext - shareAfter), slope],
        [length * shareNext, slopeNext],
        [length * shareAfter, slopeAfter],
      );
      return { denoised, next, seen };
    }),
};
