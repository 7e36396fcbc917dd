import { full, norm } from './full.ts';
import { glora } from './glora.ts';
import { ia3 } from './ia3.ts';
import { loha } from './loha.ts';
import { lokr } from './lokr.ts';
import { oft } from './oft.ts';
import { plainLora } from './plain.ts';
import type { LoraAlgebra } from './types.ts';

/** Every kind of add-on that is known. A layer is of the first one that accepts it. */
export const LORA_ALGEBRAS: readonly LoraAlgebra[] = [plainLora, loha, ia3, lokr, full, norm, glora, oft];

/** Parameters that any kind may have. */
export const SHARED_PARAMS: readonly string[] = [
  'alpha',
  'scale',
  'dora_scale',
  'lora_magnitude_vector',
  'bias_indices',
  'bias_values',
  'bias_size',
];
