import type { Tensor } from '../../../tensor.ts';
import { exp32, log32 } from '../../float32.ts';
import { subtractInTurn } from '../../tensor-math.ts';
import type { Denoise } from '../../types.ts';
import { ancestralStep } from './ancestral-step.ts';

const { fround } = Math;

/**
 * Single steps of DPM-Solver in the time t = -log sigma, one to three model calls each. Lu et al. 2022, "DPM-Solver",
 * algorithms 1 and 2 and eq. 3.7.
 *
 * All of it in float32, operation by operation: the adaptive solver's step sizes come from differences in the last bits.
 */
export interface DpmSolverStep {
  x: Tensor;
  /** Noise seen in x at `time`. */
  eps: Tensor;
  time: number;
  timeTo: number;
}

/** Noise at another point of the step. */
export type EpsAt = (x: Tensor, time: number) => Promise<Tensor>;

export const timeOf = (sigma: number) => -log32(fround(sigma));
export const sigmaOf = (time: number) => exp32(-time);

const expm1 = (value: number) => fround(Math.expm1(value));

export function epsilonOf(model: Denoise, step: number): EpsAt {
  return async (x, time) => {
    const sigma = sigmaOf(time);
    const denoised = await model(x, sigma, step);
    return { data: x.data.map((value, i) => fround(value - denoised.data[i]!) / sigma), shape: x.shape };
  };
}

export function firstOrder({ x, eps, time, timeTo }: DpmSolverStep): Tensor {
  return subtractInTurn(x, [sigmaOf(timeTo) * expm1(fround(timeTo - time)), eps]);
}

/** `epsMid`: noise at `middleOf(step, r1)`. */
export function secondOrder({ x, eps, time, timeTo }: DpmSolverStep, r1: number, epsMid: Tensor): Tensor {
  const sigma = sigmaOf(timeTo);
  const growth = expm1(fround(timeTo - time));
  const bend = fround(sigma / fround(2 * r1)) * growth;
  return subtractInTurn(x, [sigma * growth, eps], [bend, difference(epsMid, eps)]);
}

/** The point at the share r1 of the step, reached to first order, and the noise there. */
export async function middleOf(
  step: DpmSolverStep,
  r1: number,
  epsAt: EpsAt,
): Promise<{ time: number; eps: Tensor }> {
  const { x, eps } = step;
  const part = fround(fround(r1) * fround(step.timeTo - step.time));
  const time = fround(step.time + part);
  return { time, eps: await epsAt(subtractInTurn(x, [sigmaOf(time) * expm1(part), eps]), time) };
}

/** `epsMid`: noise at `middleOf(step, 1 / 3)`; makes one more call at 2/3. */
export async function thirdOrder(step: DpmSolverStep, epsMid: Tensor, epsAt: EpsAt): Promise<Tensor> {
  const { x, eps, time, timeTo } = step;
  const h = fround(timeTo - time);
  const part = fround(fround(2 / 3) * h);
  const timeTwo = fround(time + part);
  const sigmaTwo = sigmaOf(timeTwo);
  const curve = fround(sigmaTwo * 2) * fround(fround(expm1(part) / part) - 1);
  const xTwo = subtractInTurn(x, [sigmaTwo * expm1(part), eps], [curve, difference(epsMid, eps)]);
  const epsTwo = await epsAt(xTwo, timeTwo);
  const sigma = sigmaOf(timeTo);
  const bend = fround(sigma / fround(2 / 3)) * fround(fround(expm1(h) / h) - 1);
  return subtractInTurn(x, [sigma * expm1(h), eps], [bend, difference(epsTwo, eps)]);
}

/** An ancestral step in time: where the deterministic part ends, and how much noise makes up for the rest. */
export function ancestralTime(
  time: number,
  timeTo: number,
  timeEnd: number,
  eta: number,
): { timeDown: number; up: number } {
  if (eta === 0) return { timeDown: timeTo, up: 0 };
  const { down } = ancestralStep(sigmaOf(time), sigmaOf(timeTo), eta);
  const timeDown = Math.min(timeEnd, timeOf(down));
  return { timeDown, up: Math.sqrt(Math.max(sigmaOf(timeTo) ** 2 - sigmaOf(timeDown) ** 2, 0)) };
}

function difference(a: Tensor, b: Tensor): Tensor {
  return subtractInTurn(a, [1, b]);
}
