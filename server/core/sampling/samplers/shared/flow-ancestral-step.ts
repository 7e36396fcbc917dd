import type { Tensor } from '../../../tensor.ts';
import { weightedSum } from '../../tensor-math.ts';
import type { NoiseSource, SamplerOptions } from '../../types.ts';

/**
 * An ancestral step of a rectified flow, where x = (1 - sigma) · image + sigma · noise: `down` is where the
 * deterministic part ends, `renoise` brings what it gave back up to sigmaTo.
 */
export function flowAncestralStep(sigma: number, sigmaTo: number, { eta, sNoise }: SamplerOptions) {
  const down = sigmaTo * (1 + (sigmaTo / sigma - 1) * eta);
  const shrink = (1 - sigmaTo) / (1 - down);
  const fresh = Math.sqrt(Math.max(sigmaTo ** 2 - (down * shrink) ** 2, 0));
  return {
    down,
    renoise: (x: Tensor, noise: NoiseSource): Tensor =>
      eta > 0 ? weightedSum([shrink, x], [fresh * sNoise, noise.next()]) : x,
  };
}
