/**
 * Files that `torch.save` writes since 1.6: a zip of `data.pkl` and one stored entry per storage, 64-byte aligned, so
 * that weights can be used where they lie. An entry that torch would not write makes the file refused.
 */
import { FormatError } from './format-error.ts';
import { unpickle } from './pickle.ts';
import type { PickleValue } from './pickle-values.ts';
import type { ByteSource } from './safetensors.ts';
import { storageOfId, torchHandlers } from './torch-globals.ts';
import { readZipDirectory, readZipEntry, type ZipEntry, zipDataOffset } from './zip.ts';

/** The pickle holds names and shapes only: a Stable Diffusion checkpoint's has some 400 kB. */
const MAX_PICKLE_BYTES = 64 * 1024 * 1024;
const KNOWN_ENTRY =
  /^(data\.pkl|version|byteorder|data\/\d+|\.data\/serialization_id|\.format_version|\.storage_alignment)?$/;

/** Where the bytes of a storage lie. */
export interface StoragePlace {
  readonly offset: number;
  readonly length: number;
  readonly deflated?: { readonly size: number };
}

export interface TorchContent {
  readonly root: PickleValue;
  readonly storages: ReadonlyMap<string, StoragePlace>;
}

/** Throws FormatError with the reason. */
export async function readTorchZip(source: ByteSource): Promise<TorchContent> {
  const entries = entriesWithoutRoot(await readZipDirectory(source));
  const pickle = entries.get('data.pkl');
  if (pickle === undefined) throw new FormatError('the zip has no data.pkl: torch did not write it');
  await refuseBigEndian(source, entries.get('byteorder'));

  const keys = new Set<string>();
  const handlers = torchHandlers((id) => {
    const storage = storageOfId(id);
    keys.add(storage.key);
    return storage;
  });
  const { value } = unpickle(await readZipEntry(source, pickle, MAX_PICKLE_BYTES), handlers);

  const storages = new Map<string, StoragePlace>();
  for (const key of keys) {
    const entry = entries.get(`data/${key}`);
    if (entry === undefined)
      throw new FormatError(`the zip lacks the data of storage ${JSON.stringify(key.slice(0, 40))}`);
    storages.set(key, await placeOf(source, entry));
  }
  return { root: value, storages };
}

async function placeOf(source: ByteSource, entry: ZipEntry): Promise<StoragePlace> {
  const offset = await zipDataOffset(source, entry);
  const place = { offset, length: entry.compressedSize };
  return entry.compression === 'stored' ? place : { ...place, deflated: { size: entry.size } };
}

/** All entries lie in one folder, whose name does not matter. */
function entriesWithoutRoot(all: ReadonlyMap<string, ZipEntry>): Map<string, ZipEntry> {
  const entries = new Map<string, ZipEntry>();
  let root: string | undefined;
  for (const [name, entry] of all) {
    const slash = name.indexOf('/');
    const folder = name.slice(0, Math.max(0, slash));
    const inner = name.slice(slash + 1);
    root ??= folder;
    const isFolder = inner === 'data/' || inner === '.data/';
    if (folder === '' || folder === '..' || folder !== root || !(KNOWN_ENTRY.test(inner) || isFolder)) {
      throw new FormatError(`the zip has the entry ${JSON.stringify(name)}, which torch does not write`);
    }
    entries.set(inner, entry);
  }
  return entries;
}

async function refuseBigEndian(source: ByteSource, entry: ZipEntry | undefined): Promise<void> {
  if (entry === undefined) return;
  const order = new TextDecoder().decode(await readZipEntry(source, entry, 64)).trim();
  if (order !== 'little')
    throw new FormatError(`its bytes are in ${JSON.stringify(order)}-endian order; only little is read`);
}
