/** What torch's rebuild functions mean (`torch/_utils.py`): tensors as views of storages. */
import { FormatError } from './format-error.ts';
import { PickleGlobal, PickleTuple, type PickleValue } from './pickle-values.ts';
import { DTYPE_SIZES, type SafetensorsDtype } from './safetensors.ts';
import { TORCH_DTYPES } from './torch-dtypes.ts';
import { TorchStorage, TorchTensor } from './torch-values.ts';

/** More dimensions than any tensor has. */
const MAX_DIMENSIONS = 16;

/** `(storage, first, shape, strides, …)`; requires_grad and hooks do not matter for reading. */
export function rebuildTensor(args: readonly PickleValue[]): TorchTensor {
  const [storage, first, shape, strides] = args;
  if (!(storage instanceof TorchStorage)) throw new FormatError('the pickle has a tensor without a storage');
  if (storage.dtype === null) throw new FormatError('the pickle has a tensor of an untyped storage');
  return tensorOf(storage, storage.dtype, storage.elements, first, shape, strides);
}

/** `(storage, first, shape, strides, requires_grad, hooks, dtype, …)`: the storage is untyped. */
export function rebuildTensorOfDtype(args: readonly PickleValue[]): TorchTensor {
  const [storage, first, shape, strides, , , type] = args;
  if (!(storage instanceof TorchStorage)) throw new FormatError('the pickle has a tensor without a storage');
  const dtype = type instanceof PickleGlobal && type.module === 'torch' ? TORCH_DTYPES[type.name] : undefined;
  if (dtype === undefined) throw new FormatError('the pickle has a tensor of an unknown dtype');
  const bytes = storage.elements * (storage.dtype === null ? 1 : DTYPE_SIZES[storage.dtype]);
  return tensorOf(storage, dtype, Math.floor(bytes / DTYPE_SIZES[dtype]), first, shape, strides);
}

/** `(tensor, requires_grad, hooks[, state])`. */
export function rebuildParameter(args: readonly PickleValue[]): TorchTensor {
  const [tensor] = args;
  if (!(tensor instanceof TorchTensor)) throw new FormatError('the pickle has a parameter that is no tensor');
  return tensor;
}

function tensorOf(
  storage: TorchStorage,
  dtype: SafetensorsDtype,
  available: number,
  first: PickleValue | undefined,
  shapeValue: PickleValue | undefined,
  stridesValue: PickleValue | undefined,
): TorchTensor {
  const shape = counts(shapeValue);
  const strides = counts(stridesValue);
  if (shape === null || strides === null || shape.length !== strides.length || !isCount(first)) {
    throw new FormatError('the pickle has a tensor whose shape, strides or offset are no counts');
  }
  const elements = shape.reduce((product, side) => product * side, 1);
  if (!Number.isSafeInteger(elements))
    throw new FormatError(`the pickle has a tensor of the shape [${shape}]`);
  if (elements > 0) {
    const last = shape.reduce((index, side, d) => index + (side - 1) * strides[d]!, first);
    // More elements than the storage has: an expanded view, which a few bytes can blow up to any size.
    if (!(last < available) || elements > available) {
      throw new FormatError(
        `the pickle has a tensor [${shape}] that reaches beyond its storage of ${available} elements`,
      );
    }
  }
  return new TorchTensor(storage, dtype, first, shape, strides);
}

function counts(value: PickleValue | undefined): number[] | null {
  if (!(value instanceof PickleTuple) || value.items.length > MAX_DIMENSIONS) return null;
  return value.items.every(isCount) ? [...(value.items as number[])] : null;
}

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
