import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readSafetensorsHeader } from '../../server/core/formats/safetensors.ts';

/** Path of a file under tests/golden. */
export function goldenPath(name: string): string {
  return fileURLToPath(new URL(`../golden/${name}`, import.meta.url));
}

export async function goldenJson<T>(name: string): Promise<T> {
  return JSON.parse(await readFile(goldenPath(name), 'utf8')) as T;
}

export interface GoldenTensor {
  shape: readonly number[];
  /** Numbers of whatever dtype was stored (F32, I64 or I32), as float64-exact values. */
  data: Float32Array;
}

/** All float32, int32 and int64 tensors of a small safetensors file. */
export async function goldenTensors(name: string): Promise<(tensor: string) => GoldenTensor> {
  const bytes = await readFile(goldenPath(name));
  const header = await readSafetensorsHeader({
    size: bytes.length,
    readAt: async (offset, length) => bytes.subarray(offset, offset + length),
  });
  return (tensor) => {
    const entry = header.tensors.get(tensor);
    if (entry === undefined) throw new Error(`${name} has no tensor ${tensor}`);
    const raw = bytes.buffer.slice(
      bytes.byteOffset + entry.offset,
      bytes.byteOffset + entry.offset + entry.length,
    );
    if (entry.dtype === 'F32') return { shape: entry.shape, data: new Float32Array(raw) };
    const whole =
      entry.dtype === 'I64' ? Array.from(new BigInt64Array(raw), Number) : Array.from(new Int32Array(raw));
    return { shape: entry.shape, data: Float32Array.from(whole) };
  };
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let index = 0; index < a.length; index += 1) {
    const difference = Math.abs((a[index] ?? Number.NaN) - (b[index] ?? Number.NaN));
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}
