import type { Tensor } from '../../../tensor.ts';
import { sigmaOfAlpha } from '../../schedule-model.ts';
import { weightedSum } from '../../tensor-math.ts';
import type { TimestepSamplerInput } from '../../types.ts';

export interface TimestepPosition {
  /** Before the step, unit variance at `timestep`. */
  x: Tensor;
  timestep: number;
  timestepNext: number;
  /** Cumulative alphas at both. */
  alpha: number;
  alphaNext: number;
  /** 0-based. */
  step: number;
}

/**
 * Walks ascending timesteps from the end: n of them make n - 1 steps, the first is only where the last step ends.
 * Reports each step to `onStep` and goes on with what that returns.
 */
export async function eachTimestep(
  { x: start, timesteps, alphasCumprod, onStep }: TimestepSamplerInput,
  advance: (position: TimestepPosition) => Promise<{ denoised: Tensor; next: Tensor }>,
): Promise<Tensor> {
  let x = start;
  for (let step = 0; step < timesteps.length - 1; step++) {
    const timestep = timesteps[timesteps.length - 1 - step]!;
    const timestepNext = timesteps[timesteps.length - 2 - step]!;
    const [alpha, alphaNext] = [alphasCumprod[timestep]!, alphasCumprod[timestepNext]!];
    const { denoised, next } = await advance({ x, timestep, timestepNext, alpha, alphaNext, step });
    const sigma = sigmaOfAlpha(alpha);
    x = await onStep({ step, x, denoised, sigma, sigmaHat: sigma, next, sigmaNext: sigmaOfAlpha(alphaNext) });
  }
  return x;
}

/** The picture in x if `eps` is its noise. Song et al. 2020, eq. 9. */
export function pictureOf(x: Tensor, eps: Tensor, alpha: number): Tensor {
  return weightedSum([1 / Math.sqrt(alpha), x], [-Math.sqrt((1 - alpha) / alpha), eps]);
}

/** Standard deviation of the fresh noise that `eta` asks for. Song et al. 2020, eq. 16. */
export function freshNoise(eta: number, alpha: number, alphaNext: number): number {
  return eta * Math.sqrt(((1 - alphaNext) / (1 - alpha)) * (1 - alpha / alphaNext));
}
