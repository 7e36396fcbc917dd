/** Matrices as dense row-major tensors; just what add-ons need. */
import { elementCount, type Tensor } from '#core/tensor.ts';

/** The same values as [rows, rest]. */
export function asMatrix(tensor: Tensor, rows = tensor.shape[0] ?? 1): Tensor {
  return { data: tensor.data, shape: [rows, tensor.data.length / rows] };
}

/** The same values in another shape of as many elements. */
export function reshape(tensor: Tensor, shape: readonly number[]): Tensor {
  return { data: tensor.data, shape };
}

/** a [m, k] · b [k, n]; with `inner`, only the first so many of k. */
export function matmul(a: Tensor, b: Tensor, inner = a.shape[1]!): Tensor {
  const [rows, k] = a.shape as [number, number];
  const columns = b.shape[1]!;
  const out = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const row = out.subarray(i * columns, (i + 1) * columns);
    for (let p = 0; p < inner; p++) {
      const factor = a.data[i * k + p]!;
      if (factor === 0) continue;
      const from = p * columns;
      for (let j = 0; j < columns; j++) row[j]! += factor * b.data[from + j]!;
    }
  }
  return { data: out, shape: [rows, columns] };
}

export function transpose(a: Tensor): Tensor {
  const [rows, columns] = a.shape as [number, number];
  const out = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) out[j * rows + i] = a.data[i * columns + j]!;
  return { data: out, shape: [columns, rows] };
}

/** Element by element; the shape is the first one's. */
export function combine(a: Tensor, b: Tensor, of: (x: number, y: number) => number): Tensor {
  const out = new Float32Array(a.data.length);
  for (let i = 0; i < out.length; i++) out[i] = of(a.data[i]!, b.data[i]!);
  return { data: out, shape: a.shape };
}

/** Inverse of a well-conditioned [n, n] matrix in float64, by Gauss-Jordan with row pivots. */
export function inverse(matrix: Float64Array, n: number): Float64Array {
  const a = matrix.slice();
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) out[i * n + i] = 1;
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column + 1; row < n; row++) {
      if (Math.abs(a[row * n + column]!) > Math.abs(a[pivot * n + column]!)) pivot = row;
    }
    swapRows(a, n, pivot, column);
    swapRows(out, n, pivot, column);
    const scale = 1 / a[column * n + column]!;
    scaleRow(a, n, column, scale);
    scaleRow(out, n, column, scale);
    for (let row = 0; row < n; row++) {
      const factor = a[row * n + column]!;
      if (row === column || factor === 0) continue;
      subtractRow(a, n, row, column, factor);
      subtractRow(out, n, row, column, factor);
    }
  }
  return out;
}

function swapRows(a: Float64Array, n: number, i: number, j: number): void {
  if (i === j) return;
  const row = a.slice(i * n, (i + 1) * n);
  a.copyWithin(i * n, j * n, (j + 1) * n);
  a.set(row, j * n);
}

function scaleRow(a: Float64Array, n: number, row: number, scale: number): void {
  for (let j = row * n; j < (row + 1) * n; j++) a[j]! *= scale;
}

function subtractRow(a: Float64Array, n: number, row: number, from: number, factor: number): void {
  for (let j = 0; j < n; j++) a[row * n + j]! -= factor * a[from * n + j]!;
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((side, d) => side === b[d]);
}

/** Elements of a kernel beyond its first two dimensions; 1 for a matrix. */
export function kernelElements(shape: readonly number[]): number {
  return elementCount(shape.slice(2));
}
