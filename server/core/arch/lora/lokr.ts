/**
 * LoKr: a Kronecker product w1 ⊗ w2 (KronA, Edalati et al. 2022; LyCORIS). Each factor is whole or a product of two;
 * w2 of a convolution may be a Tucker kernel.
 */
import type { Tensor } from '#core/tensor.ts';
import { kernelElements, matmul } from './matrix.ts';
import { tuckerKernel } from './tucker.ts';
import type { LoraAlgebra, LoraParamShapes, LoraParams } from './types.ts';

export const lokr: LoraAlgebra = {
  id: 'lokr',
  label: 'LoKr',
  params: ['lokr_w1', 'lokr_w1_a', 'lokr_w1_b', 'lokr_w2', 'lokr_w2_a', 'lokr_w2_b', 'lokr_t2'],
  accepts: (names) =>
    [1, 2].every((i) => names.has(`lokr_w${i}`) || (names.has(`lokr_w${i}_a`) && names.has(`lokr_w${i}_b`))),
  deltaShape(shapes) {
    const w1 = factorShape(shapes, 1);
    const w2 = factorShape(shapes, 2);
    if (w1 === null || w2 === null) return null;
    return [w1[0]! * w2[0]!, w1[1]! * w2[1]!, ...w2.slice(2)];
  },
  rank: (shapes) => shapes.get('lokr_w2_b')?.[0] ?? shapes.get('lokr_w1_b')?.[0] ?? null,
  delta: (params) => kronecker(factor(params, 1), factor(params, 2)),
};

function factorShape(shapes: LoraParamShapes, index: 1 | 2): readonly number[] | null {
  const whole = shapes.get(`lokr_w${index}`);
  if (whole !== undefined) return whole;
  const a = shapes.get(`lokr_w${index}_a`)!;
  const b = shapes.get(`lokr_w${index}_b`)!;
  const core = index === 2 ? shapes.get('lokr_t2') : undefined;
  if (core !== undefined)
    return core[0] === a[0] && core[1] === b[0] ? [a[1]!, b[1]!, ...core.slice(2)] : null;
  return a[1] === b[0] ? [a[0]!, b[1]!] : null;
}

function factor(params: LoraParams, index: 1 | 2): Tensor {
  const whole = params.get(`lokr_w${index}`);
  if (whole !== undefined) return whole;
  const a = params.get(`lokr_w${index}_a`)!;
  const b = params.get(`lokr_w${index}_b`)!;
  const core = index === 2 ? params.get('lokr_t2') : undefined;
  return core === undefined ? matmul(a, b) : tuckerKernel(core, a, b);
}

/** w1 [m, n] ⊗ w2 [p, q, ...kernel] → [m·p, n·q, ...kernel]; kernels ride along. */
function kronecker(w1: Tensor, w2: Tensor): Tensor {
  const [m, n] = w1.shape as [number, number];
  const [p, q] = w2.shape as [number, number];
  const row = q * kernelElements(w2.shape);
  const data = new Float32Array(w1.data.length * w2.data.length);
  let at = 0;
  for (let i = 0; i < m; i++) {
    for (let k = 0; k < p; k++) {
      for (let j = 0; j < n; j++) {
        const factor = w1.data[i * n + j]!;
        for (let l = 0; l < row; l++) data[at++] = factor * w2.data[k * row + l]!;
      }
    }
  }
  return { data, shape: [m * p, n * q, ...w2.shape.slice(2)] };
}
