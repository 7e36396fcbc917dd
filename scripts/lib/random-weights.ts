/**
 * Random weights that a network stays calm under: matrices and kernels scaled by 1/√(fan-in), norms near one, biases
 * near zero. The same seed gives the same bytes everywhere.
 */

export type WeightDtype = 'F32' | 'F16';

export interface RandomWeights {
  /** The tensor's bytes in pieces, in order. A piece is only valid until the next one is asked for. */
  pieces(name: string, shape: readonly number[], dtype: WeightDtype): Generator<Uint8Array>;
}

/** Numbers are drawn once and tensors read this block from random places: a checkpoint has a billion of them. */
const BLOCK_LENGTH = 1 << 20;
const BIAS_SCALE = 0.02;
const BYTES: Readonly<Record<WeightDtype, number>> = { F32: 4, F16: 2 };

export function createRandomWeights(seed: number): RandomWeights {
  const random = mulberry32(seed);
  const normal = Float32Array.from({ length: BLOCK_LENGTH }, () => gaussian(random));
  const blocks = new Map<string, Uint8Array>();

  const blockFor = (centre: number, scale: number, dtype: WeightDtype): Uint8Array => {
    const key = `${dtype} ${centre} ${scale}`;
    const known = blocks.get(key);
    if (known !== undefined) return known;
    const values = normal.map((value) => centre + value * scale);
    const block = new Uint8Array((dtype === 'F16' ? Float16Array.from(values) : values).buffer);
    blocks.set(key, block);
    return block;
  };
  return {
    *pieces(name, shape, dtype) {
      const { centre, scale } = distribution(name, shape);
      const block = blockFor(centre, scale, dtype);
      let left = shape.reduce((product, side) => product * side, BYTES[dtype]);
      while (left > 0) {
        const start = Math.floor(random() * (BLOCK_LENGTH / 2)) * BYTES[dtype];
        const piece = block.subarray(start, Math.min(block.length, start + left));
        left -= piece.length;
        yield piece;
      }
    },
  };
}

function distribution(name: string, shape: readonly number[]): { centre: number; scale: number } {
  if (name.endsWith('bias')) return { centre: 0, scale: BIAS_SCALE };
  if (shape.length < 2) return { centre: 1, scale: BIAS_SCALE };
  if (name.includes('embedding')) return { centre: 0, scale: BIAS_SCALE };
  const fanIn = shape.slice(1).reduce((product, side) => product * side, 1);
  return { centre: 0, scale: 1 / Math.sqrt(fanIn) };
}

/** Uniform numbers in [0, 1) from 32 bits of state. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Box and Muller's transform. */
function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
