/**
 * Files that `torch.save` wrote before 1.6 (and writes without its zip option): five pickles one after another, magic
 * number, protocol version, system, object, storage keys; then each storage as a count of elements and its bytes.
 */
import { FormatError } from './format-error.ts';
import { unpickle } from './pickle.ts';
import { PickleTruncatedError } from './pickle-reader.ts';
import { PickleDict, type PickleValue } from './pickle-values.ts';
import { type ByteSource, DTYPE_SIZES } from './safetensors.ts';
import { PLAIN_HANDLERS, storageOfId, torchHandlers } from './torch-globals.ts';
import type { TorchStorage } from './torch-values.ts';
import type { StoragePlace, TorchContent } from './torch-zip.ts';
import { readExactly } from './zip.ts';

const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;
const COUNT_BYTES = 8;
const FIRST_WINDOW_BYTES = 1024 * 1024;
const MAX_PICKLE_BYTES = 64 * 1024 * 1024;

interface Pickles {
  root: PickleValue;
  /** The storages that the object names, by key. */
  named: ReadonlyMap<string, TorchStorage>;
  keys: readonly PickleValue[];
  end: number;
}

/** Throws FormatError with the reason. */
export async function readTorchLegacy(source: ByteSource): Promise<TorchContent> {
  const { root, named, keys, end } = await readPickles(source);
  const storages = new Map<string, StoragePlace>();
  let at = end;
  for (const key of keys) {
    const storage = typeof key === 'string' ? named.get(key) : undefined;
    if (typeof key !== 'string' || storage === undefined)
      throw new FormatError('the file has a storage that nothing names');
    if (at + COUNT_BYTES > source.size) throw new FormatError('the file ends before its storages do');
    const field = await readExactly(source, at, COUNT_BYTES);
    const count = new DataView(field.buffer, field.byteOffset, COUNT_BYTES).getBigInt64(0, true);
    const length = Number(count) * (storage.dtype === null ? 1 : DTYPE_SIZES[storage.dtype]);
    const offset = at + COUNT_BYTES;
    if (!(length >= 0 && offset + length <= source.size)) {
      throw new FormatError(
        `storage ${JSON.stringify(key.slice(0, 40))} of ${count} elements reaches beyond the file`,
      );
    }
    storages.set(key, { offset, length });
    at = offset + length;
  }
  return { root, storages };
}

/** The pickles' length is not written anywhere: a window on the file's start grows until they fit. */
async function readPickles(source: ByteSource): Promise<Pickles> {
  for (let window = FIRST_WINDOW_BYTES; ; window *= 4) {
    const length = Math.min(window, source.size, MAX_PICKLE_BYTES);
    try {
      return parsePickles(await readExactly(source, 0, length));
    } catch (error) {
      const mayGrow = length < source.size && length < MAX_PICKLE_BYTES;
      if (!(error instanceof PickleTruncatedError && mayGrow)) throw error;
    }
  }
}

function parsePickles(bytes: Uint8Array): Pickles {
  const magic = unpickle(bytes, PLAIN_HANDLERS);
  if (magic.value !== MAGIC) throw new FormatError('it is a pickle, but not one that torch wrote');
  const protocol = unpickle(bytes, PLAIN_HANDLERS, magic.end);
  if (protocol.value !== PROTOCOL) throw new FormatError('it is of an unknown version of torch’s format');
  const system = unpickle(bytes, PLAIN_HANDLERS, protocol.end);
  if (!(system.value instanceof PickleDict) || system.value.get('little_endian') !== true) {
    throw new FormatError('its bytes are not in little-endian order');
  }
  const named = new Map<string, TorchStorage>();
  const handlers = torchHandlers((id) => {
    const storage = storageOfId(id);
    named.set(storage.key, storage);
    return storage;
  });
  const object = unpickle(bytes, handlers, system.end);
  const keys = unpickle(bytes, PLAIN_HANDLERS, object.end);
  if (!Array.isArray(keys.value)) throw new FormatError('the file has no list of storages');
  return { root: object.value, named, keys: keys.value, end: keys.end };
}
