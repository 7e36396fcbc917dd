/**
 * LoRA (Hu et al. 2021, https://arxiv.org/abs/2106.09685) on linear layers and, as LoCon, on convolutions; with a
 * `lora_mid` core as Tucker decomposition (LyCORIS).
 */
import type { Tensor } from '#core/tensor.ts';
import { asMatrix, matmul, reshape, transpose } from './matrix.ts';
import { tuckerKernel } from './tucker.ts';
import type { LoraAlgebra, LoraParams } from './types.ts';

const UP = 'lora_up.weight';
const DOWN = 'lora_down.weight';
const MID = 'lora_mid.weight';

export const plainLora: LoraAlgebra = {
  id: 'lora',
  label: 'LoRA',
  params: [UP, DOWN, MID],
  accepts: (names) => names.has(UP) && names.has(DOWN),
  deltaShape(shapes) {
    const up = shapes.get(UP)!;
    const down = shapes.get(DOWN)!;
    const mid = shapes.get(MID);
    if (mid !== undefined) {
      return mid[0] === up[1] && mid[1] === down[0] ? [up[0]!, down[1]!, ...mid.slice(2)] : null;
    }
    return up[1] === down[0] ? [up[0]!, ...down.slice(1)] : null;
  },
  rank: (shapes) => shapes.get(DOWN)![0]!,
  delta(params, weight, { dynDim }) {
    const up = asMatrix(params.get(UP)!);
    const down = asMatrix(params.get(DOWN)!);
    const mid = params.get(MID);
    if (mid !== undefined) return tuckerKernel(mid, transpose(up), down);
    const ranks = dynDim === null ? down.shape[0]! : Math.min(down.shape[0]!, Math.max(0, dynDim));
    const shape = [up.shape[0]!, ...params.get(DOWN)!.shape.slice(1)];
    return reshape(matmul(up, down, ranks), shape.length === weight.shape.length ? shape : weight.shape);
  },
};

/**
 * The factors of a layer whose change is `scale · up [out, rank] · down [rank, in]`, for merging by a faster matrix
 * product or for feeding them to the graph; null where the change is not of that form.
 */
export function lowRankFactors(
  params: LoraParams,
  dynDim: number | null = null,
): { up: Tensor; down: Tensor; ranks: number } | null {
  const up = params.get(UP);
  const down = params.get(DOWN);
  if (!up || !down || params.has(MID) || params.has('dora_scale') || params.has('lora_magnitude_vector'))
    return null;
  const ranks = dynDim === null ? down.shape[0]! : Math.min(down.shape[0]!, Math.max(0, dynDim));
  return { up: asMatrix(up), down: asMatrix(down), ranks };
}
