/** The directory of a zip file (PKWARE's APPNOTE 6.3, with ZIP64). Every offset is checked against the file. */
import { inflateRawSync } from 'node:zlib';
import { FormatError } from './format-error.ts';
import type { ByteSource } from './safetensors.ts';

const LOCAL_HEADER = { signature: 0x04034b50, bytes: 30 };
const DIRECTORY_ENTRY = { signature: 0x02014b50, bytes: 46 };
const DIRECTORY_END = { signature: 0x06054b50, bytes: 22 };
const DIRECTORY_END64 = { signature: 0x06064b50, bytes: 56 };
const LOCATOR64 = { signature: 0x07064b50, bytes: 20 };
const MAX_COMMENT_BYTES = 0xffff;
const MAX_DIRECTORY_BYTES = 64 * 1024 * 1024;
const ZIP64_EXTRA = 0x0001;
const FLAG_ENCRYPTED = 0x0001;
const U16_MAX = 0xffff;
const U32_MAX = 0xffffffff;

export interface ZipEntry {
  readonly name: string;
  readonly compression: 'stored' | 'deflated';
  readonly compressedSize: number;
  readonly size: number;
  /** Where the local header lies. */
  readonly headerOffset: number;
}

/** Reads the directory: entries by name. Throws FormatError with the reason. */
export async function readZipDirectory(source: ByteSource): Promise<Map<string, ZipEntry>> {
  const { offset, length, count } = await findDirectory(source);
  if (length > MAX_DIRECTORY_BYTES || offset + length > source.size) {
    throw new FormatError(
      `the zip's directory claims ${length} bytes at ${offset}; the file has ${source.size}`,
    );
  }
  const bytes = await readExactly(source, offset, length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    const { entry, next } = readEntry(view, at);
    if (entries.has(entry.name))
      throw new FormatError(`the zip has two entries ${JSON.stringify(entry.name)}`);
    if (entry.headerOffset + LOCAL_HEADER.bytes + entry.compressedSize > offset) {
      throw new FormatError(`the zip's entry ${JSON.stringify(entry.name)} reaches beyond its data`);
    }
    entries.set(entry.name, entry);
    at = next;
  }
  return entries;
}

/** Where an entry's bytes begin in the file. They end before the file does. */
export async function zipDataOffset(source: ByteSource, entry: ZipEntry): Promise<number> {
  const bytes = await readExactly(source, entry.headerOffset, LOCAL_HEADER.bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== LOCAL_HEADER.signature) {
    throw new FormatError(
      `the zip's entry ${JSON.stringify(entry.name)} does not begin where its directory says`,
    );
  }
  const start = entry.headerOffset + LOCAL_HEADER.bytes + view.getUint16(26, true) + view.getUint16(28, true);
  if (start + entry.compressedSize > source.size) {
    throw new FormatError(`the zip's entry ${JSON.stringify(entry.name)} reaches beyond the file`);
  }
  return start;
}

/** An entry's content, unpacked. Refuses one of more than `limit` bytes. */
export async function readZipEntry(source: ByteSource, entry: ZipEntry, limit: number): Promise<Uint8Array> {
  if (entry.size > limit || entry.compressedSize > limit) {
    throw new FormatError(
      `the zip's entry ${JSON.stringify(entry.name)} has ${entry.size} bytes; the limit is ${limit}`,
    );
  }
  const stored = await readExactly(source, await zipDataOffset(source, entry), entry.compressedSize);
  return entry.compression === 'stored' ? stored : inflate(stored, entry.size);
}

/** Unpacks raw deflate data that must give exactly `size` bytes. */
export function inflate(deflated: Uint8Array, size: number): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = inflateRawSync(deflated, { maxOutputLength: Math.max(1, size) });
  } catch {
    throw new FormatError('the zip has compressed data that cannot be unpacked');
  }
  if (bytes.length !== size)
    throw new FormatError(`the zip has ${bytes.length} bytes where it promises ${size}`);
  return bytes;
}

export async function readExactly(source: ByteSource, offset: number, length: number): Promise<Uint8Array> {
  const bytes = await source.readAt(offset, length);
  if (bytes.length < length)
    throw new FormatError(`the file ends at byte ${offset + bytes.length}, too early`);
  return bytes;
}

interface DirectoryPlace {
  offset: number;
  length: number;
  count: number;
}

async function findDirectory(source: ByteSource): Promise<DirectoryPlace> {
  const tailBytes = Math.min(source.size, DIRECTORY_END.bytes + MAX_COMMENT_BYTES + LOCATOR64.bytes);
  const tail = await readExactly(source, source.size - tailBytes, tailBytes);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  for (let at = tail.length - DIRECTORY_END.bytes; at >= 0; at--) {
    if (view.getUint32(at, true) !== DIRECTORY_END.signature) continue;
    if (at + DIRECTORY_END.bytes + view.getUint16(at + 20, true) !== tail.length) continue;
    const place = {
      offset: view.getUint32(at + 16, true),
      length: view.getUint32(at + 12, true),
      count: view.getUint16(at + 10, true),
    };
    const needs64 = place.offset === U32_MAX || place.length === U32_MAX || place.count === U16_MAX;
    return needs64 ? findDirectory64(source, view, at) : place;
  }
  throw new FormatError('the zip has no directory: it is cut off or no zip');
}

async function findDirectory64(source: ByteSource, tail: DataView, end: number): Promise<DirectoryPlace> {
  const at = end - LOCATOR64.bytes;
  if (at < 0 || tail.getUint32(at, true) !== LOCATOR64.signature) {
    throw new FormatError('the zip says that it is ZIP64, but has no ZIP64 directory');
  }
  const offset = toNumber(tail.getBigUint64(at + 8, true));
  if (offset + DIRECTORY_END64.bytes > source.size)
    throw new FormatError("the zip's directory lies beyond the file");
  const bytes = await readExactly(source, offset, DIRECTORY_END64.bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== DIRECTORY_END64.signature)
    throw new FormatError('the zip has a broken ZIP64 directory');
  return {
    offset: toNumber(view.getBigUint64(48, true)),
    length: toNumber(view.getBigUint64(40, true)),
    count: toNumber(view.getBigUint64(32, true)),
  };
}

function readEntry(view: DataView, at: number): { entry: ZipEntry; next: number } {
  if (
    at + DIRECTORY_ENTRY.bytes > view.byteLength ||
    view.getUint32(at, true) !== DIRECTORY_ENTRY.signature
  ) {
    throw new FormatError("the zip's directory is broken");
  }
  const nameEnd = at + DIRECTORY_ENTRY.bytes + view.getUint16(at + 28, true);
  const extraEnd = nameEnd + view.getUint16(at + 30, true);
  const next = extraEnd + view.getUint16(at + 32, true);
  if (next > view.byteLength) throw new FormatError("the zip's directory ends inside an entry");
  const nameBytes = new Uint8Array(view.buffer, view.byteOffset + at + 46, nameEnd - at - 46);
  const name = new TextDecoder().decode(nameBytes);
  const method = view.getUint16(at + 10, true);
  if ((view.getUint16(at + 8, true) & FLAG_ENCRYPTED) !== 0 || (method !== 0 && method !== 8)) {
    throw new FormatError(`the zip's entry ${JSON.stringify(name)} is encrypted or packed in an unknown way`);
  }
  const sizes = [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)];
  const [size, compressedSize, headerOffset] = widen(sizes, view, nameEnd, extraEnd) as [
    number,
    number,
    number,
  ];
  if (method === 0 && size !== compressedSize) {
    throw new FormatError(`the zip's entry ${JSON.stringify(name)} is stored, but has two sizes`);
  }
  const compression = method === 0 ? 'stored' : 'deflated';
  return { entry: { name, compression, compressedSize, size, headerOffset }, next };
}

/** Values of 2^32 - 1 stand for longer ones in the ZIP64 extra field, in the same order. */
function widen(values: readonly number[], view: DataView, start: number, end: number): number[] {
  if (!values.includes(U32_MAX)) return [...values];
  for (let at = start; at + 4 <= end; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== ZIP64_EXTRA) continue;
    const fieldEnd = Math.min(end, at + 4 + view.getUint16(at + 2, true));
    let next = at + 4;
    return values.map((value) => {
      if (value !== U32_MAX) return value;
      if (next + 8 > fieldEnd) throw new FormatError('the zip has a ZIP64 field that is too short');
      next += 8;
      return toNumber(view.getBigUint64(next - 8, true));
    });
  }
  throw new FormatError('the zip lacks a ZIP64 field where it needs one');
}

function toNumber(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER))
    throw new FormatError(`the zip claims an offset or size of ${value}`);
  return Number(value);
}
