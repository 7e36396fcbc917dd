import type { Tensor } from '../../tensor.ts';
import { type Term, weightedSum } from '../tensor-math.ts';
import type { SigmaSampler } from '../types.ts';
import { brownianNoise } from './shared/brownian-noise.ts';
import { eachStep } from './shared/each-step.ts';

/** A past evaluation and the length of the step, in log sigma, that followed it. */
interface Past {
  denoised: Tensor;
  h: number;
}

/** DPM-Solver++(3M) SDE: third order from two past steps. k-diffusion's `sample_dpmpp_3m_sde`. */
export const dpmpp3mSde: SigmaSampler = {
  kind: 'sigma',
  name: 'DPM++ 3M SDE',
  aliases: ['k_dpmpp_3m_sde'],
  defaultScheduler: 'exponential',
  discardNextToLastSigma: true,
  brownianNoise: true,
  usedOptions: ['eta', 'sNoise'],
  sample(input) {
    const { model, noise, options } = input;
    const { eta, sNoise } = options;
    /** Newest first. */
    let past: Past[] = [];
    return eachStep(input, async ({ x, sigma, sigmaNext, step }) => {
      const denoised = await model(x, sigma, step);
      if (sigmaNext === 0) return { denoised, next: denoised };
      const h = Math.log(sigma / sigmaNext);
      const total = h * (eta + 1);
      const terms: Term[] = [[-Math.expm1(-total), denoised], ...corrections(denoised, past, h, total)];
      if (eta > 0) {
        const fresh = sigmaNext * Math.sqrt(-Math.expm1(-2 * h * eta)) * sNoise;
        terms.push([fresh, brownianNoise(noise)(sigma, sigmaNext)]);
      }
      past = [{ denoised, h }, ...past].slice(0, 2);
      return { denoised, next: weightedSum([Math.exp(-total), x], ...terms) };
    });
  },
};

/** Second- and third-order terms from divided differences of the past evaluations. */
function corrections(denoised: Tensor, [last, beforeLast]: Past[], h: number, total: number): Term[] {
  if (last === undefined) return [];
  const phi2 = Math.expm1(-total) / total + 1;
  const r0 = last.h / h;
  if (beforeLast === undefined) {
    return [
      [phi2 / r0, denoised],
      [-phi2 / r0, last.denoised],
    ];
  }
  const phi3 = phi2 / total - 0.5;
  const r1 = beforeLast.h / h;
  // phi2·d1 - phi3·d2, with d1 = a + (a - b)·r0/(r0 + r1), d2 = (a - b)/(r0 + r1) and a, b the two differences.
  const spread = (phi2 * r0 - phi3) / (r0 + r1);
  const weightA = (phi2 + spread) / r0;
  const weightB = -spread / r1;
  return [
    [weightA, denoised],
    [weightB - weightA, last.denoised],
    [-weightB, beforeLast.denoised],
  ];
}
