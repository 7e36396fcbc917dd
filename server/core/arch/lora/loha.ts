/** LoHa: the Hadamard product of two low-rank matrices (FedPara, Hyeon-Woo et al. 2021; LyCORIS). */
import type { Tensor } from '#core/tensor.ts';
import { combine, matmul, sameShape } from './matrix.ts';
import { tuckerKernel } from './tucker.ts';
import type { LoraAlgebra, LoraParamShapes, LoraParams } from './types.ts';

export const loha: LoraAlgebra = {
  id: 'loha',
  label: 'LoHa',
  params: ['hada_w1_a', 'hada_w1_b', 'hada_w2_a', 'hada_w2_b', 'hada_t1', 'hada_t2'],
  accepts: (names) => ['hada_w1_a', 'hada_w1_b', 'hada_w2_a', 'hada_w2_b'].every((name) => names.has(name)),
  deltaShape(shapes) {
    const first = factorShape(shapes, 1);
    const second = factorShape(shapes, 2);
    return first && second && sameShape(first, second) ? first : null;
  },
  rank: (shapes) => shapes.get('hada_w1_b')![0]!,
  delta: (params) => combine(factor(params, 1), factor(params, 2), (x, y) => x * y),
};

function factorShape(shapes: LoraParamShapes, index: 1 | 2): readonly number[] | null {
  const a = shapes.get(`hada_w${index}_a`)!;
  const b = shapes.get(`hada_w${index}_b`)!;
  const core = shapes.get(`hada_t${index}`);
  if (core !== undefined)
    return core[0] === a[0] && core[1] === b[0] ? [a[1]!, b[1]!, ...core.slice(2)] : null;
  return a[1] === b[0] ? [a[0]!, b[1]!] : null;
}

function factor(params: LoraParams, index: 1 | 2): Tensor {
  const a = params.get(`hada_w${index}_a`)!;
  const b = params.get(`hada_w${index}_b`)!;
  const core = params.get(`hada_t${index}`);
  return core === undefined ? matmul(a, b) : tuckerKernel(core, a, b);
}
