import type { Tensor } from '../../../tensor.ts';
import type { NoiseSource } from '../../types.ts';

/** The increments of the source's Brownian path; independent draws where it has none. */
export function brownianNoise(noise: NoiseSource): (sigma: number, sigmaNext: number) => Tensor {
  return noise.between ? noise.between.bind(noise) : () => noise.next();
}
