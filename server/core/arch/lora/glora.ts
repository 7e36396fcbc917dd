/**
 * GLoRA (Chavan et al. 2023, https://arxiv.org/abs/2306.07967): W + B + W·A with low-rank A and B.
 *
 * Two layouts share the names. Older files keep them as linear layers have them: a1 [rank, in], a2 [in, rank], b1
 * [rank, in], b2 [out, rank], and the web UI of AUTOMATIC1111 applies them without alpha. LyCORIS keeps a1 [in, rank],
 * a2 [rank, in], b1 [out, rank], b2 [rank, in] and scales by alpha / rank; these fail over there. The shapes tell them apart.
 */
import { asMatrix, combine, matmul, reshape } from './matrix.ts';
import type { LoraAlgebra, LoraParamShapes } from './types.ts';

export const glora: LoraAlgebra = {
  id: 'glora',
  label: 'GLoRA',
  params: ['a1.weight', 'a2.weight', 'b1.weight', 'b2.weight'],
  accepts: (names) => ['a1.weight', 'a2.weight', 'b1.weight', 'b2.weight'].every((name) => names.has(name)),
  deltaShape: (shapes, weight) => (layoutOf(shapes, weight) === null ? null : weight),
  rank: (shapes, weight) => (layoutOf(shapes, weight) === 'lycoris' ? shapes.get('a1.weight')![1]! : null),
  delta(params, weight) {
    const [a1, a2, b1, b2] = ['a1', 'a2', 'b1', 'b2'].map((name) => asMatrix(params.get(`${name}.weight`)!));
    const shapes = new Map([...params].map(([name, tensor]) => [name, tensor.shape]));
    const original = asMatrix(weight);
    const isLinear = layoutOf(shapes, weight.shape) === 'linear';
    const added = isLinear ? matmul(b2!, b1!) : matmul(b1!, b2!);
    const through = isLinear ? matmul(matmul(original, a2!), a1!) : matmul(matmul(original, a1!), a2!);
    return reshape(
      combine(added, through, (x, y) => x + y),
      weight.shape,
    );
  },
};

function layoutOf(shapes: LoraParamShapes, weight: readonly number[]): 'linear' | 'lycoris' | null {
  const outs = weight[0]!;
  const ins = weight.slice(1).reduce((product, side) => product * side, 1);
  const [a1, a2, b1, b2] = ['a1', 'a2', 'b1', 'b2'].map((name) => shapes.get(`${name}.weight`)!);
  const are = (tensor: readonly number[], rows: number, columns: number) =>
    tensor[0] === rows && tensor.slice(1).reduce((product, side) => product * side, 1) === columns;
  const rank = a1![0]!;
  if (are(a1!, rank, ins) && are(a2!, ins, rank) && are(b1!, b2![1]!, ins) && are(b2!, outs, b1![0]!))
    return 'linear';
  const lycorisRank = a1![1]!;
  if (
    are(a1!, ins, lycorisRank) &&
    are(a2!, lycorisRank, ins) &&
    are(b1!, outs, b2![0]!) &&
    are(b2!, b1![1]!, ins)
  ) {
    return 'lycoris';
  }
  return null;
}
