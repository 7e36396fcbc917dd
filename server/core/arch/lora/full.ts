/** Add-ons that hold the change itself: of a weight (`diff`, with `diff_b` for its bias) or of a norm. */
import type { LoraAlgebra } from './types.ts';

export const full: LoraAlgebra = {
  id: 'full',
  label: 'full difference',
  params: ['diff', 'diff_b'],
  accepts: (names) => names.has('diff'),
  deltaShape: (shapes) => shapes.get('diff')!,
  rank: () => null,
  delta: (params) => params.get('diff')!,
  biasDelta: (params) => params.get('diff_b'),
};

export const norm: LoraAlgebra = {
  id: 'norm',
  label: 'norm difference',
  params: ['w_norm', 'b_norm'],
  accepts: (names) => names.has('w_norm'),
  deltaShape: (shapes) => shapes.get('w_norm')!,
  rank: () => null,
  delta: (params) => params.get('w_norm')!,
  biasDelta: (params) => params.get('b_norm'),
};
