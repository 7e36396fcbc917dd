import type { Tensor } from '../../../tensor.ts';
import type { SigmaSamplerInput } from '../../types.ts';

export interface StepPosition {
  /** Before the step, at `sigma`. */
  x: Tensor;
  sigma: number;
  sigmaNext: number;
  /** 0-based. */
  step: number;
}

export interface StepResult {
  denoised: Tensor;
  /** x at `sigmaNext`. */
  next: Tensor;
  /** Where churn raised the noise level: x and sigma as the model saw them. */
  seen?: { x: Tensor; sigmaHat: number };
}

/** Walks the sigmas one step at a time, reports each to `onStep` and goes on with what that returns. */
export async function eachStep(
  { x: start, sigmas, onStep }: SigmaSamplerInput,
  advance: (position: StepPosition) => Promise<StepResult>,
): Promise<Tensor> {
  let x = start;
  for (let step = 0; step < sigmas.length - 1; step++) {
    const sigma = sigmas[step]!;
    const sigmaNext = sigmas[step + 1]!;
    const { denoised, next, seen } = await advance({ x, sigma, sigmaNext, step });
    x = await onStep({
      step,
      x: seen?.x ?? x,
      denoised,
      sigma,
      sigmaHat: seen?.sigmaHat ?? sigma,
      next,
      sigmaNext,
    });
  }
  return x;
}
