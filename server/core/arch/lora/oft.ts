/**
 * OFT: output channels rotated in blocks (Qiu et al. 2023, https://arxiv.org/abs/2306.07280), and BOFT, the same in
 * several butterfly stages (Liu et al. 2023, https://arxiv.org/abs/2311.06243). Files of kohya and LyCORIS hold blocks
 * Q from which the rotation is Cayley's (I + Q)(I - Q)⁻¹; old ones of LyCORIS (`oft_diag`) hold the rotation.
 */
import type { Tensor } from '#core/tensor.ts';
import { inverse } from './matrix.ts';
import type { LoraAlgebra, LoraParams } from './types.ts';

export const oft: LoraAlgebra = {
  id: 'oft',
  label: 'OFT',
  params: ['oft_blocks', 'oft_diag', 'rescale'],
  accepts: (names) => names.has('oft_blocks') || names.has('oft_diag'),
  deltaShape(shapes, weight) {
    const blocks = shapes.get('oft_blocks') ?? shapes.get('oft_diag')!;
    const [count, rows, columns] = blocks.slice(-3);
    return blocks.length >= 3 && rows === columns && count! * rows! === weight[0] ? weight : null;
  },
  rank: () => null,
  delta(params, weight) {
    const rotated = rotate(params, weight);
    const rescale = params.get('rescale');
    const row = weight.data.length / weight.shape[0]!;
    const data = rotated.map(
      (value, i) => value * (rescale?.data[Math.floor(i / row)] ?? 1) - weight.data[i]!,
    );
    return { data, shape: weight.shape };
  },
};

/** The weight with its output channels rotated. */
function rotate(params: LoraParams, weight: Tensor): Float32Array {
  const ready = params.get('oft_diag');
  if (ready !== undefined) return rotateBlocks(ready.data, ready.shape.at(-1)!, weight, true);
  const blocks = params.get('oft_blocks')!;
  const size = blocks.shape.at(-1)!;
  const limit = (params.get('alpha')?.data[0] ?? 0) * weight.shape[0]!;
  const rotations = cayley(skew(blocks.data, size, limit), size);
  if (blocks.shape.length === 3) return rotateBlocks(rotations, size, weight, true);
  return butterfly(rotations, blocks.shape[0]!, size, weight);
}

/** Q - Qᵀ of each block; where `limit` (alpha times output channels) is set, the whole is shrunk to that norm. */
function skew(blocks: Float32Array, size: number, limit: number): Float64Array {
  const out = new Float64Array(blocks.length);
  let square = 0;
  for (let i = 0; i < blocks.length; i++) {
    const column = i % size;
    const row = Math.floor(i / size) % size;
    const base = i - row * size - column;
    out[i] = blocks[i]! - blocks[base + column * size + row]!;
    square += out[i]! * out[i]!;
  }
  if (limit === 0) return out;
  const norm = Math.sqrt(square);
  const factor = (Math.min(norm, limit) + 1e-8) / (norm + 1e-8);
  return out.map((value) => value * factor);
}

function cayley(skewed: Float64Array, size: number): Float32Array {
  const out = new Float32Array(skewed.length);
  const area = size * size;
  for (let base = 0; base < skewed.length; base += area) {
    const q = skewed.subarray(base, base + area);
    const minus = q.map((value, i) => (i % (size + 1) === 0 ? 1 : 0) - value);
    const inverted = inverse(minus, size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        let sum = inverted[i * size + j]!;
        for (let p = 0; p < size; p++) sum += q[i * size + p]! * inverted[p * size + j]!;
        out[base + i * size + j] = sum;
      }
    }
  }
  return out;
}

/** Each block of `size` rows times its rotation (transposed: as the formats mean it for a single stage). */
function rotateBlocks(
  rotations: Float32Array,
  size: number,
  weight: Tensor,
  transposed: boolean,
): Float32Array {
  const row = weight.data.length / weight.shape[0]!;
  const out = new Float32Array(weight.data.length);
  for (let channel = 0; channel < weight.shape[0]!; channel++) {
    const block = Math.floor(channel / size);
    const to = channel % size;
    for (let from = 0; from < size; from++) {
      const factor = rotations[block * size * size + (transposed ? from * size + to : to * size + from)]!;
      const source = (block * size + from) * row;
      for (let j = 0; j < row; j++) out[channel * row + j]! += factor * weight.data[source + j]!;
    }
  }
  return out;
}

/** Stage after stage: channels regrouped with a growing step, rotated in blocks, and put back. */
function butterfly(rotations: Float32Array, stages: number, size: number, weight: Tensor): Float32Array {
  const channels = weight.shape[0]!;
  const stageLength = rotations.length / stages;
  let data = weight.data;
  for (let stage = 0; stage < stages; stage++) {
    const order = butterflyOrder(channels, (2 ** stage * size) / 2);
    const regrouped = moveRows(data, channels, (to) => order[to]!);
    const part = rotations.subarray(stage * stageLength, (stage + 1) * stageLength);
    const rotated = rotateBlocks(part, size, { data: regrouped, shape: weight.shape }, false);
    const back = new Array<number>(channels);
    order.forEach((from, to) => {
      back[from] = to;
    });
    data = moveRows(rotated, channels, (to) => back[to]!);
  }
  return data;
}

/** `(c 2 step) -> (c step 2)`: for each new place the channel that comes there. */
function butterflyOrder(channels: number, step: number): number[] {
  return Array.from({ length: channels }, (_, to) => {
    const group = Math.floor(to / (2 * step));
    const within = to % (2 * step);
    return group * 2 * step + (within % 2) * step + Math.floor(within / 2);
  });
}

function moveRows(data: Float32Array, rows: number, sourceOf: (row: number) => number): Float32Array {
  const length = data.length / rows;
  const out = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    const source = sourceOf(row) * length;
    out.set(data.subarray(source, source + length), row * length);
  }
  return out;
}
