import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Tensor } from '#core/tensor.ts';

const folder = new URL('../golden/', import.meta.url);

/** A tensor as the golden JSON files write it: all values, or for long ones a sample of them. */
export interface GoldenTensor {
  shape: number[];
  dtype: string;
  values?: number[];
  first?: number[];
  last?: number[];
  every?: { stride: number; values: number[] };
}

/** The parsed JSON file `name` of `tests/golden`. The caller says what it holds. */
export function goldenJson<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as T;
}

/** Path of a file of `tests/golden`. */
export function goldenPath(name: string): string {
  return fileURLToPath(new URL(name, folder));
}

/** Float32 tensors of a safetensors file of `tests/golden`, and its int64 ones as float32, by name. */
export function goldenTensors(name: string): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const [key, { dtype, shape, bytes }] of readTensors(name)) {
    if (dtype === 'F32') tensors.set(key, { data: new Float32Array(bytes.buffer), shape });
    if (dtype === 'I64')
      tensors.set(key, { data: Float32Array.from(new BigInt64Array(bytes.buffer), Number), shape });
  }
  return tensors;
}

/** Byte tensors of a safetensors file, by name: pictures, [n, height, width, 3]. */
export function goldenPixels(name: string): Map<string, Uint8Array> {
  const pictures = [...readTensors(name)].filter(([, { dtype }]) => dtype === 'U8');
  return new Map(pictures.map(([key, { bytes }]) => [key, bytes]));
}

function* readTensors(
  name: string,
): Generator<[string, { dtype: string; shape: number[]; bytes: Uint8Array<ArrayBuffer> }]> {
  const bytes = readFileSync(new URL(name, folder));
  const headerSize = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + headerSize)) as Record<string, HeaderEntry>;
  for (const [key, entry] of Object.entries(header)) {
    if (key === '__metadata__') continue;
    const [start, end] = entry.data_offsets;
    const slice = bytes.subarray(8 + headerSize + start, 8 + headerSize + end);
    yield [key, { dtype: entry.dtype, shape: entry.shape, bytes: Uint8Array.from(slice) }];
  }
}

interface HeaderEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** Largest absolute difference between `actual` and the values that a golden tensor lists, in its own precision. */
export function goldenDifference(actual: ArrayLike<number>, golden: GoldenTensor): number {
  const exact = (list: number[] = []) => (golden.dtype === 'float32' ? list.map(Math.fround) : list);
  if (golden.values) return maxDifference(actual, exact(golden.values));
  const all = Array.from(actual);
  const first = exact(golden.first);
  const last = exact(golden.last);
  const stride = golden.every?.stride ?? 1;
  const values = exact(golden.every?.values);
  return Math.max(
    maxDifference(all.slice(0, first.length), first),
    maxDifference(all.slice(all.length - last.length), last),
    maxDifference(
      values.map((_, k) => all[k * stride] ?? Number.NaN),
      values,
    ),
  );
}

/** Largest absolute difference; infinite where lengths differ or one value is not a number. */
export function maxDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs((actual[i] as number) - (expected[i] as number));
    if (!(difference <= worst)) worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }
  return worst;
}

/** Largest absolute value. */
export function maxAbsolute(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]!));
  return largest;
}

/** Bytes of a reference file. */
export function goldenBytes(path: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(path, folder)));
}

/** The cases of a reference set: a JSON object with a `cases` list. */
export function goldenCases<T>(path: string): T[] {
  return goldenJson<{ cases: T[] }>(path).cases;
}
