import type { Tensor } from '../tensor.ts';

/** One summand of `weightedSum`. */
export type Term = readonly [weight: number, tensor: Tensor];

/** Σ weight · tensor over tensors of one shape, summed in double precision and rounded to float32 once. */
export function weightedSum(...terms: readonly [Term, ...Term[]]): Tensor {
  const shape = terms[0][1].shape;
  const size = terms[0][1].data.length;
  const data = new Float32Array(size);
  const weights = terms.map(([weight]) => weight);
  const sources = terms.map(([, tensor]) => tensor.data);
  for (let i = 0; i < size; i++) {
    let sum = 0;
    for (let k = 0; k < weights.length; k++) sum += weights[k]! * sources[k]![i]!;
    data[i] = sum;
  }
  return { data, shape };
}

/** tensor - Σ weight · term, rounded to float32 at each operation as torch does, where a reference's rounding matters. */
export function subtractInTurn(tensor: Tensor, ...terms: readonly Term[]): Tensor {
  const data = tensor.data.slice();
  for (const [weight, { data: source }] of terms) {
    const factor = Math.fround(weight);
    for (let i = 0; i < data.length; i++) data[i]! -= Math.fround(factor * source[i]!);
  }
  return { data, shape: tensor.shape };
}

/** factor · tensor. */
export function scaled(factor: number, tensor: Tensor): Tensor {
  return weightedSum([factor, tensor]);
}

/** `count` numbers from `start` to `end`, both included; one number: `start`. */
export function linspace(start: number, end: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) =>
    count === 1 ? start : start + ((end - start) * i) / (count - 1),
  );
}
