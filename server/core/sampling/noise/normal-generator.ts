import type { Tensor } from '../../tensor.ts';
import { createPhiloxGenerator } from './philox.ts';
import { createTorchGenerator } from './torch-generator.ts';

/** Where normal numbers come from: torch's CPU generator or, as on an NVIDIA GPU, Philox. Option `randn_source`. */
export type RandnSource = 'cpu' | 'nv';

export interface NormalGenerator {
  /** Standard normal numbers, float32. */
  randn(shape: readonly number[]): Tensor;
}

/** A fresh generator of normal numbers for `seed`. */
export function createNormalGenerator(source: RandnSource, seed: number | bigint): NormalGenerator {
  return source === 'nv' ? createPhiloxGenerator(seed) : createTorchGenerator(seed);
}
