import { karrasSigmas } from '../schedulers/karras.ts';
import { weightedSum } from '../tensor-math.ts';
import type { SigmaSampler } from '../types.ts';
import { heunStep } from './shared/heun-step.ts';

/** At the level nearest `at`: `times` times back up to the level nearest `upTo`, and down again in `steps` - 2 steps. */
export interface Restart {
  at: number;
  steps: number;
  times: number;
  upTo: number;
}

/**
 * Restart sampling: Heun steps, and near the end the noise is raised and the stretch walked again. Xu et al. 2023,
 * "Restart Sampling for Improving Generative Processes". `restarts`: absent, A1111's choice: none under 20 steps, one
 * from 20, two from 36.
 */
export function createRestart(restarts?: readonly Restart[]): SigmaSampler {
  return {
    kind: 'sigma',
    name: 'Restart',
    aliases: ['restart'],
    defaultScheduler: 'karras',
    secondOrder: true,
    usedOptions: [],
    async sample({ model, x: start, sigmas, noise, onStep, options }) {
      const plan = restarts ? { sigmas, restarts } : usualRestarts(sigmas);
      let x = start;
      let level = plan.sigmas[0]!;
      for (const [step, [sigma, sigmaNext]] of intervals(plan.sigmas, plan.restarts).entries()) {
        if (level < sigma) {
          x = weightedSum([1, x], [options.sNoise * Math.sqrt(sigma ** 2 - level ** 2), noise.next()]);
        }
        const denoised = await model(x, sigma, step);
        const next = await heunStep(model, { x, denoised, sigma, step }, sigmaNext);
        x = await onStep({ step, x, denoised, sigma, sigmaHat: sigma, next, sigmaNext });
        level = sigmaNext;
      }
      return x;
    },
  };
}

export const restart = createRestart();

/** The restarted steps are taken from the main walk, so that the whole costs as much as asked for. */
function usualRestarts(sigmas: readonly number[]): {
  sigmas: readonly number[];
  restarts: readonly Restart[];
} {
  const steps = sigmas.length - 1;
  if (steps < 20) return { sigmas, restarts: [] };
  const times = steps < 36 ? 1 : 2;
  const restarted = steps < 36 ? 9 : Math.floor(steps / 4);
  return {
    sigmas: karrasSigmas(steps - restarted * times, sigmas.at(-2)!, sigmas[0]!),
    restarts: [{ at: 0.1, steps: restarted + 1, times, upTo: 2 }],
  };
}

/** All steps in order, as [from, to]. */
function intervals(sigmas: readonly number[], restarts: readonly Restart[]): [number, number][] {
  const steps: [number, number][] = [];
  for (let i = 1; i < sigmas.length; i++) {
    steps.push([sigmas[i - 1]!, sigmas[i]!]);
    for (const { at, steps: count, times, upTo } of restarts) {
      const top = nearestIndex(sigmas, upTo);
      if (nearestIndex(sigmas, at) !== i || top >= i) continue;
      const again = karrasSigmas(count, sigmas[i]!, sigmas[top]!).slice(0, -1);
      for (let time = 0; time < times; time++) {
        for (let k = 1; k < again.length; k++) steps.push([again[k - 1]!, again[k]!]);
      }
    }
  }
  return steps;
}

function nearestIndex(sigmas: readonly number[], target: number): number {
  const distances = sigmas.map((sigma) => Math.abs(sigma - target));
  return distances.indexOf(Math.min(...distances));
}
