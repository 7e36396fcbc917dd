import { linspace32 } from '../float32.ts';
import { weightedSum } from '../tensor-math.ts';
import type { SigmaSampler } from '../types.ts';
import {
  ancestralTime,
  epsilonOf,
  firstOrder,
  middleOf,
  secondOrder,
  sigmaOf,
  thirdOrder,
  timeOf,
} from './shared/dpm-solver.ts';
import { sigmaRange } from './shared/sigma-range.ts';

/** DPM-Solver-fast: third-order steps evenly spaced in log sigma, the rest of the calls in lower orders. Lu et al. 2022, sec. 3.4. */
export const dpmFast: SigmaSampler = {
  kind: 'sigma',
  name: 'DPM fast',
  aliases: ['k_dpm_fast'],
  usesEnsd: true,
  usedOptions: ['eta', 'sNoise'],
  async sample(input) {
    const { model, noise, onStep, options } = input;
    const { sigmaMin, sigmaMax, calls } = sigmaRange(input);
    const orders = stepOrders(calls);
    const timeEnd = timeOf(sigmaMin);
    const times = linspace32(timeOf(sigmaMax), timeEnd, orders.length + 1);
    let x = input.x;
    for (const [step, order] of orders.entries()) {
      const [time, timeNext] = [times[step]!, times[step + 1]!];
      const { timeDown, up } = ancestralTime(time, timeNext, timeEnd, options.eta);
      const epsAt = epsilonOf(model, step);
      const at = { x, eps: await epsAt(x, time), time, timeTo: timeDown };
      const stepped = await stepOfOrder(order, at, epsAt);
      const next = weightedSum([1, stepped], [up * options.sNoise, noise.next()]);
      const sigma = sigmaOf(time);
      const denoised = weightedSum([1, x], [-sigma, at.eps]);
      x = await onStep({ step, x, denoised, sigma, sigmaHat: sigma, next, sigmaNext: sigmaOf(timeNext) });
    }
    return x;
  },
};

/** Orders that add up to `calls` model calls, the last never third. */
function stepOrders(calls: number): number[] {
  const thirds = Math.floor(calls / 3);
  if (calls % 3 !== 0) return [...Array<number>(thirds).fill(3), calls % 3];
  return [...Array<number>(Math.max(thirds - 1, 0)).fill(3), 2, 1];
}

async function stepOfOrder(
  order: number,
  at: Parameters<typeof firstOrder>[0],
  epsAt: Parameters<typeof middleOf>[2],
) {
  if (order === 1) return firstOrder(at);
  if (order === 2) return secondOrder(at, 1 / 2, (await middleOf(at, 1 / 2, epsAt)).eps);
  return thirdOrder(at, (await middleOf(at, 1 / 3, epsAt)).eps, epsAt);
}
