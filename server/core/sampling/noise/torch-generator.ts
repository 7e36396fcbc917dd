import { elementCount, type Tensor } from '../../tensor.ts';
import { createMt19937 } from './mt19937.ts';

const TWO_PI_F32 = Math.fround(2 * Math.PI);
/** Fewer values than this take the scalar path, with another order of draws. */
const BLOCK = 16;

/** The random numbers of `torch.Generator('cpu')`, draw for draw. */
export interface TorchGenerator {
  /** One raw 32-bit output. */
  uint32(): number;
  /** `torch.rand`: float32 in [0, 1), 24 random bits each. */
  rand(shape: readonly number[]): Tensor;
  /** `torch.randn`: float32. Equal to torch within 2e-6 (its own AVX2 and scalar paths differ by as much). */
  randn(shape: readonly number[]): Tensor;
  /** `torch.randn(count, dtype=float64)`. */
  randnDouble(count: number): Float64Array;
}

/**
 * A generator after `manual_seed(seed)`. As in torch, only the low 32 bits of the seed count.
 *
 * 16 normals or more: all uniforms first, then Box-Muller in blocks of 16 (the first eight give the radius, the last
 * eight the angle); a size that is no multiple of 16 draws its last 16 values anew. Fewer: one by one from 53-bit
 * uniforms, and the second of each pair is kept for the next call.
 */
export function createTorchGenerator(seed: number | bigint): TorchGenerator {
  const engine = createMt19937(Number(BigInt.asUintN(32, BigInt(seed))));
  let cached: number | undefined;

  const uniform24 = () => (engine.next() & 0xffffff) / 0x1000000;
  const uniform53 = () => {
    const high = engine.next();
    const low = engine.next();
    return ((high & 0x1fffff) * 0x100000000 + low) / 0x20000000000000;
  };
  const scalarNormal = () => {
    if (cached !== undefined) {
      const value = cached;
      cached = undefined;
      return value;
    }
    const theta = 2 * Math.PI * uniform53();
    const radius = Math.sqrt(-2 * Math.log1p(-uniform53()));
    cached = radius * Math.sin(theta);
    return radius * Math.cos(theta);
  };
  const fillNormal = (
    data: Float32Array | Float64Array,
    uniform: () => number,
    boxMuller: (data: Float32Array | Float64Array, at: number) => void,
  ) => {
    const size = data.length;
    if (size < BLOCK) {
      for (let i = 0; i < size; i++) data[i] = scalarNormal();
      return;
    }
    for (let i = 0; i < size; i++) data[i] = uniform();
    for (let at = 0; at + BLOCK <= size; at += BLOCK) boxMuller(data, at);
    if (size % BLOCK === 0) return;
    for (let i = size - BLOCK; i < size; i++) data[i] = uniform();
    boxMuller(data, size - BLOCK);
  };

  return {
    uint32: () => engine.next(),
    rand(shape) {
      return { data: new Float32Array(elementCount(shape)).map(uniform24), shape };
    },
    randn(shape) {
      const data = new Float32Array(elementCount(shape));
      fillNormal(data, uniform24, boxMullerFloat);
      return { data, shape };
    },
    randnDouble(count) {
      const data = new Float64Array(count);
      fillNormal(data, uniform53, boxMullerDouble);
      return data;
    },
  };
}

/** The angle is rounded to float32 as torch rounds it: that is its largest rounding error. */
function boxMullerFloat(data: Float32Array | Float64Array, at: number): void {
  for (let i = at; i < at + 8; i++) {
    const radius = Math.sqrt(-2 * Math.log(1 - data[i]!));
    const theta = Math.fround(TWO_PI_F32 * data[i + 8]!);
    data[i] = radius * Math.cos(theta);
    data[i + 8] = radius * Math.sin(theta);
  }
}

function boxMullerDouble(data: Float32Array | Float64Array, at: number): void {
  for (let i = at; i < at + 8; i++) {
    const radius = Math.sqrt(-2 * Math.log(1 - data[i]!));
    const theta = 2 * Math.PI * data[i + 8]!;
    data[i] = radius * Math.cos(theta);
    data[i + 8] = radius * Math.sin(theta);
  }
}
