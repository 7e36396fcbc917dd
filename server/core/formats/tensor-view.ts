/** Tensors by where their bytes lie in a file, whatever its format; and their values. */
import { elementCount, type Tensor } from '#core/tensor.ts';
import { FormatError } from './format-error.ts';
import { type ByteSource, DTYPE_SIZES, type SafetensorsDtype } from './safetensors.ts';
import { toFloat32 } from './tensor-values.ts';
import { inflate, readExactly } from './zip.ts';

export interface TensorView {
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  /** Elements to step in each dimension. */
  readonly strides: readonly number[];
  readonly bytes: ByteRange;
}

export interface ByteRange {
  /** From the first element to the last: a position in the file, or in what `deflated` unpacks to. May be unaligned. */
  readonly offset: number;
  readonly length: number;
  readonly deflated?: { readonly offset: number; readonly length: number; readonly size: number };
}

/** The most that packed bytes may unpack to; packed checkpoints are rare, and unpacking takes memory. */
const MAX_INFLATED_BYTES = 2 ** 31;

/** Row-major strides of a dense tensor. */
export function denseStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = step;
    step *= shape[d]!;
  }
  return strides;
}

/** Whether the elements lie densely in row-major order. */
export function isDense({ shape, strides }: Pick<TensorView, 'shape' | 'strides'>): boolean {
  if (elementCount(shape) === 0) return true;
  const dense = denseStrides(shape);
  return shape.every((side, d) => side === 1 || strides[d] === dense[d]);
}

/** Whether the file's own bytes are the tensor, so that it can be used where it lies. */
export function isInPlace(view: TensorView): boolean {
  return view.bytes.deflated === undefined && isDense(view);
}

/** Reads a tensor's values, widened or rounded to float32. */
export async function readTensor(source: ByteSource, view: TensorView): Promise<Tensor> {
  const spanned = toFloat32(view.dtype, await readSpan(source, view));
  if (isDense(view)) return { data: spanned, shape: view.shape };
  return { data: gather(spanned, view.shape, view.strides), shape: view.shape };
}

async function readSpan(source: ByteSource, { bytes }: TensorView): Promise<Uint8Array> {
  const { offset, length, deflated } = bytes;
  if (deflated === undefined) return readExactly(source, offset, length);
  if (deflated.size > MAX_INFLATED_BYTES)
    throw new FormatError(`${deflated.size} packed bytes are too many to unpack`);
  const packed = await readExactly(source, deflated.offset, deflated.length);
  return inflate(packed, deflated.size).subarray(offset, offset + length);
}

/** The elements in row-major order. */
function gather(from: Float32Array, shape: readonly number[], strides: readonly number[]): Float32Array {
  const out = new Float32Array(elementCount(shape));
  const index = new Array<number>(shape.length).fill(0);
  let at = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] = from[at]!;
    for (let d = shape.length - 1; d >= 0; d--) {
      at += strides[d]!;
      index[d]! += 1;
      if (index[d]! < shape[d]!) break;
      at -= strides[d]! * shape[d]!;
      index[d] = 0;
    }
  }
  return out;
}

/** Bytes from the first element to the end of the last. */
export function spanBytes(
  dtype: SafetensorsDtype,
  shape: readonly number[],
  strides: readonly number[],
): number {
  if (elementCount(shape) === 0) return 0;
  return (shape.reduce((last, side, d) => last + (side - 1) * strides[d]!, 0) + 1) * DTYPE_SIZES[dtype];
}
