import { elementCount, type Tensor } from '../../tensor.ts';

const ROUNDS = 10;
const MULTIPLIER_A = 0xd2511f53;
const MULTIPLIER_B = 0xcd9e8d57;
const WEYL_A = 0x9e3779b9;
const WEYL_B = 0xbb67ae85;
/** 2^-32 and 2π · 2^-32 as the float32 numbers that CUDA's curand uses. */
const TWO_POW_M32 = Math.fround(2.3283064e-10);
const TWO_POW_M32_TWO_PI = Math.fround(2.3283064e-10 * 6.2831855);

/** Normal numbers as torch draws them on an NVIDIA GPU. */
export interface PhiloxGenerator {
  /** `torch.randn(shape, device='cuda')`, float32: each call is the next draw. */
  randn(shape: readonly number[]): Tensor;
}

/**
 * Philox4x32-10 (Salmon et al. 2011, "Parallel Random Numbers: As Easy as 1, 2, 3") with the counter layout of torch's
 * CUDA generator: value i of draw n has the counter (n, 0, i, 0). All 64 bits of the seed count. Box-Muller takes the
 * first two of the four outputs.
 */
export function createPhiloxGenerator(seed: number | bigint): PhiloxGenerator {
  const bits = BigInt.asUintN(64, BigInt(seed));
  const keyLow = Number(bits & 0xffffffffn);
  const keyHigh = Number(bits >> 32n);
  let draw = 0;
  return {
    randn(shape) {
      const data = new Float32Array(elementCount(shape));
      const counter = new Uint32Array(4);
      for (let i = 0; i < data.length; i++) {
        counter[0] = draw;
        counter[1] = 0;
        counter[2] = i;
        counter[3] = 0;
        philox4x32(counter, keyLow, keyHigh);
        data[i] = boxMuller(counter[0]!, counter[1]!);
      }
      draw++;
      return { data, shape };
    },
  };
}

function philox4x32(counter: Uint32Array, keyLow: number, keyHigh: number): void {
  let keyA = keyLow;
  let keyB = keyHigh;
  for (let round = 0; round < ROUNDS; round++) {
    const a = counter[0]!;
    const c = counter[2]!;
    const highA = multiplyHigh(a, MULTIPLIER_A);
    const highC = multiplyHigh(c, MULTIPLIER_B);
    counter[0] = highC ^ counter[1]! ^ keyA;
    counter[2] = highA ^ counter[3]! ^ keyB;
    counter[1] = Math.imul(c, MULTIPLIER_B);
    counter[3] = Math.imul(a, MULTIPLIER_A);
    keyA = (keyA + WEYL_A) >>> 0;
    keyB = (keyB + WEYL_B) >>> 0;
  }
}

/** Upper 32 bits of the 64-bit product of two unsigned 32-bit numbers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const middleLow = aLow * bHigh + (middle & 0xffff);
  return aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(middleLow / 0x10000);
}

function boxMuller(x: number, y: number): number {
  const u = x * TWO_POW_M32 + TWO_POW_M32 / 2;
  const v = y * TWO_POW_M32_TWO_PI + TWO_POW_M32_TWO_PI / 2;
  return Math.sqrt(-2 * Math.log(u)) * Math.sin(v);
}
