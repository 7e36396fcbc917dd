/** Kernels that are kept as a small core and two factors (Tucker-2, which LyCORIS calls CP). */
import type { Tensor } from '#core/tensor.ts';
import { asMatrix, kernelElements, matmul, reshape, transpose } from './matrix.ts';

/**
 * core [r1, r2, ...kernel] · left [r1, out] · right [r2, in] → [out, in, ...kernel].
 * kernel[o, i] = Σ over p, q of left[p, o] · right[q, i] · core[p, q]
 */
export function tuckerKernel(core: Tensor, left: Tensor, right: Tensor): Tensor {
  const [leftRank, rightRank] = core.shape as [number, number];
  const kernel = kernelElements(core.shape);
  const outs = left.shape[1]!;
  const ins = right.shape[1]!;
  const overOut = matmul(transpose(asMatrix(left)), asMatrix(core, leftRank));
  const data = new Float32Array(outs * ins * kernel);
  const rightT = transpose(asMatrix(right));
  for (let o = 0; o < outs; o++) {
    const slice = overOut.data.subarray(o * rightRank * kernel, (o + 1) * rightRank * kernel);
    data.set(matmul(rightT, { data: slice, shape: [rightRank, kernel] }).data, o * ins * kernel);
  }
  return reshape({ data, shape: [] }, [outs, ins, ...core.shape.slice(2)]);
}
