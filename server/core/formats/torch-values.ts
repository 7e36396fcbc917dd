import { PickleOpaque } from './pickle-values.ts';
import type { SafetensorsDtype } from './safetensors.ts';

/** A run of elements that tensors look into; where its bytes lie, the file's container knows by `key`. */
export class TorchStorage extends PickleOpaque {
  readonly kind = 'storage';
  readonly key: string;
  /** null: untyped, counted in bytes. */
  readonly dtype: SafetensorsDtype | null;
  /** Elements before this storage's first where it is itself a view of another one; else 0. */
  readonly first: number;
  readonly elements: number;

  constructor(key: string, dtype: SafetensorsDtype | null, first: number, elements: number) {
    super();
    this.key = key;
    this.dtype = dtype;
    this.first = first;
    this.elements = elements;
  }
}

export class TorchTensor extends PickleOpaque {
  readonly kind = 'tensor';
  readonly storage: TorchStorage;
  readonly dtype: SafetensorsDtype;
  /** Element of the storage that is the tensor's first. */
  readonly first: number;
  readonly shape: readonly number[];
  /** Elements to step in each dimension. */
  readonly strides: readonly number[];

  constructor(
    storage: TorchStorage,
    dtype: SafetensorsDtype,
    first: number,
    shape: readonly number[],
    strides: readonly number[],
  ) {
    super();
    this.storage = storage;
    this.dtype = dtype;
    this.first = first;
    this.shape = shape;
    this.strides = strides;
  }
}
