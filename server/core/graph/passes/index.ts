import { dropUnused } from './drop-unused.ts';
import { lowerAttention } from './lower-attention.ts';
import { lowerGroupNorm } from './lower-group-norm.ts';
import { lowerSigmoidUnit } from './lower-sigmoid-unit.ts';
import type { Pass } from './pass.ts';
import { widenWeights } from './widen-weights.ts';

/** The compiler from a built graph to one that a provider runs, in this order. */
export const PASSES: readonly Pass[] = [
  lowerAttention,
  lowerGroupNorm,
  lowerSigmoidUnit,
  // After lowering, which makes further views of stored weights.
  widenWeights,
  dropUnused,
];
