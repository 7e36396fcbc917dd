/** Any file of tensors: safetensors, torch's zip, torch's older format; told by content, never by name. */
import { FormatError } from './format-error.ts';
import { PickleDict, PickleObject, type PickleValue } from './pickle-values.ts';
import {
  type ByteSource,
  DTYPE_SIZES,
  readSafetensorsHeader,
  type SafetensorsHeader,
  type SafetensorsTensor,
} from './safetensors.ts';
import { denseStrides, isInPlace, spanBytes, type TensorView } from './tensor-view.ts';
import { readTorchLegacy } from './torch-legacy.ts';
import { TorchTensor } from './torch-values.ts';
import { readTorchZip, type StoragePlace, type TorchContent } from './torch-zip.ts';

export interface TensorFile {
  readonly format: 'safetensors' | 'torch';
  readonly metadata: Readonly<Record<string, string>>;
  /** By name. Of a torch file: the state dict, which may lie under `state_dict` or as upscalers have it. */
  readonly tensors: ReadonlyMap<string, TensorView>;
  /** All that a torch file holds; null for safetensors. */
  readonly root: PickleValue;
  /** The view of a tensor found in `root`. */
  viewOf(tensor: TorchTensor): TensorView;
}

/** Where checkpoints and upscalers keep the state dict, in the order of trust; else the root is it. */
const STATE_DICT_KEYS = ['state_dict', 'params_ema', 'params'];
const ZIP_START = [0x50, 0x4b, 0x03, 0x04];
const PICKLE_START = 0x80;
const BRACE = 0x7b;

/** Reads what the file says of its tensors, no tensor. Throws FormatError with the reason. */
export async function readTensorFile(source: ByteSource): Promise<TensorFile> {
  if (source.size === 0) throw new FormatError('the file is empty');
  const start = await source.readAt(0, 16);
  if (ZIP_START.every((byte, i) => start[i] === byte)) return torchFile(await readTorchZip(source));
  // The length of a safetensors header may begin with 0x80 too, but a brace follows it.
  const isPickle = start[0] === PICKLE_START && start[8] !== BRACE;
  if (isPickle) return torchFile(await readTorchLegacy(source));
  return safetensorsFile(await readSafetensorsHeader(source));
}

/**
 * The tensors that can be used where they lie, as a safetensors header describes them; and the names of those that have
 * to be copied first because they are strided or packed.
 */
export function inPlaceHeader(file: TensorFile): { header: SafetensorsHeader; toCopy: string[] } {
  const tensors = new Map<string, SafetensorsTensor>();
  const toCopy: string[] = [];
  for (const [name, view] of file.tensors) {
    if (isInPlace(view)) tensors.set(name, { dtype: view.dtype, shape: view.shape, ...view.bytes });
    else toCopy.push(name);
  }
  return { header: { metadata: file.metadata, tensors }, toCopy };
}

function safetensorsFile({ metadata, tensors }: SafetensorsHeader): TensorFile {
  const views = [...tensors].map(([name, { dtype, shape, offset, length }]): [string, TensorView] => [
    name,
    { dtype, shape, strides: denseStrides(shape), bytes: { offset, length } },
  ]);
  return {
    format: 'safetensors',
    metadata,
    tensors: new Map(views),
    root: null,
    viewOf() {
      throw new FormatError('a safetensors file has no tensors but the named ones');
    },
  };
}

function torchFile({ root, storages }: TorchContent): TensorFile {
  const viewOf = (tensor: TorchTensor) => viewInStorage(tensor, storages);
  const tensors = new Map<string, TensorView>();
  for (const [name, value] of dictOf(stateDict(root)) ?? []) {
    if (typeof name === 'string' && value instanceof TorchTensor) tensors.set(name, viewOf(value));
  }
  return { format: 'torch', metadata: {}, tensors, root, viewOf };
}

function stateDict(root: PickleValue): PickleValue {
  if (!(root instanceof PickleDict)) return root;
  for (const key of STATE_DICT_KEYS) {
    const inner = root.get(key);
    if (inner !== undefined && dictOf(inner) !== null) return inner;
  }
  return root;
}

/** The entries of a dict, or of an object that is one underneath (a ParameterDict). */
export function dictOf(value: PickleValue | undefined): ReadonlyMap<PickleValue, PickleValue> | null {
  if (value instanceof PickleDict) return value.entries;
  if (!(value instanceof PickleObject && value.state instanceof PickleDict)) return null;
  const inner = value.state.get('_parameters');
  return inner instanceof PickleDict ? inner.entries : null;
}

function viewInStorage(tensor: TorchTensor, storages: ReadonlyMap<string, StoragePlace>): TensorView {
  const { storage, dtype, shape, strides } = tensor;
  const place = storages.get(storage.key);
  if (place === undefined)
    throw new FormatError(`the data of storage ${JSON.stringify(storage.key)} is missing`);
  const storageBytes = DTYPE_SIZES[storage.dtype ?? 'U8'];
  const start = storage.first * storageBytes + tensor.first * DTYPE_SIZES[dtype];
  const length = spanBytes(dtype, shape, strides);
  const available = place.deflated?.size ?? place.length;
  if (length > 0 && start + length > available) {
    throw new FormatError(
      `a tensor [${shape}] needs ${start + length} bytes of storage ${JSON.stringify(storage.key)}, which has ${available}`,
    );
  }
  const bytes = place.deflated
    ? {
        offset: start,
        length,
        deflated: { offset: place.offset, length: place.length, size: place.deflated.size },
      }
    : { offset: place.offset + start, length };
  return { dtype, shape, strides, bytes };
}
