/** Text chunks of PNG files (PNG specification, third edition, 11.3.3), laid out as Pillow lays them out. */
import { crc32, inflateSync } from 'node:zlib';
import { TapestryError } from '#contracts/errors.ts';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** A compressed text that unpacks to more is left out. */
const MAX_UNPACKED_BYTES = 16 * 1024 * 1024;
const TEXT_TYPES = new Set(['tEXt', 'zTXt', 'iTXt']);

/** A chunk within a file: offsets of its start (length field) and of its data. */
export interface PngChunk {
  type: string;
  start: number;
  data: Uint8Array;
}

export function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => bytes[i] === byte);
}

/** Chunks in order; ends before the first one that is cut off. Nothing for a file that is no PNG. */
export function* pngChunks(png: Uint8Array): Generator<PngChunk> {
  if (!isPng(png)) return;
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  for (let start = SIGNATURE.length; start + 12 <= png.length; ) {
    const length = view.getUint32(start);
    const end = start + 12 + length;
    if (end > png.length) return;
    yield { type: latin1(png.subarray(start + 4, start + 8)), start, data: png.subarray(start + 8, end - 4) };
    start = end;
  }
}

/** Texts by keyword (`parameters`, `Software`, …); of equal keywords the last. Never throws: broken chunks are left out. */
export function readPngText(png: Uint8Array): Map<string, string> {
  const texts = new Map<string, string>();
  for (const { type, data } of pngChunks(png)) {
    if (!TEXT_TYPES.has(type)) continue;
    const end = data.indexOf(0);
    if (end < 0) continue;
    const text = readText(type, data.subarray(end + 1));
    if (text !== null) texts.set(latin1(data.subarray(0, end)), text);
  }
  return texts;
}

function readText(type: string, rest: Uint8Array): string | null {
  if (type === 'tEXt') return latin1(rest);
  if (type === 'zTXt') {
    const unpacked = rest[0] === 0 ? inflate(rest.subarray(1)) : null;
    return unpacked && latin1(unpacked);
  }
  // iTXt: compression flag, method, language \0, translated keyword \0, UTF-8.
  const language = rest.indexOf(0, 2);
  const translated = language < 0 ? -1 : rest.indexOf(0, language + 1);
  if (translated < 0) return null;
  const text = rest.subarray(translated + 1);
  const unpacked = rest[0] === 0 ? text : rest[1] === 0 ? inflate(text) : null;
  return unpacked && new TextDecoder('utf-8', { ignoreBOM: true }).decode(unpacked);
}

function inflate(bytes: Uint8Array): Uint8Array | null {
  try {
    return inflateSync(bytes, { maxOutputLength: MAX_UNPACKED_BYTES });
  } catch {
    return null;
  }
}

/**
 * A copy of a PNG with texts before its first IDAT: `tEXt` where a text is Latin-1, else `iTXt`, uncompressed.
 * Texts that stand under the same keywords are replaced.
 * @throws TapestryError UNSUPPORTED_UPLOAD for bytes that are no PNG; INVALID_FIELD for a keyword that PNG forbids
 */
export function insertPngText(png: Uint8Array, texts: Iterable<readonly [string, string]>): Uint8Array {
  const given = new Map(texts);
  const added = [...given].map(([keyword, text]) => textChunk(keyword, text));
  return insertPngChunks(png, added, ({ type, data }) => {
    return TEXT_TYPES.has(type) && given.has(latin1(data.subarray(0, Math.max(0, data.indexOf(0)))));
  });
}

/** A copy of a PNG with whole chunks before its first IDAT, and without those that `drop` names. */
export function insertPngChunks(
  png: Uint8Array,
  added: Uint8Array[],
  drop: (chunk: PngChunk) => boolean,
): Uint8Array {
  if (!isPng(png)) {
    throw new TapestryError('UNSUPPORTED_UPLOAD', { field: 'image', value: 'these bytes', accepted: 'PNG' });
  }
  const parts: Uint8Array[] = [png.subarray(0, SIGNATURE.length)];
  let copied = SIGNATURE.length;
  let inserted = false;
  for (const chunk of pngChunks(png)) {
    if (chunk.type === 'IDAT' && !inserted) {
      parts.push(png.subarray(copied, chunk.start), ...added);
      copied = chunk.start;
      inserted = true;
    }
    if (drop(chunk)) {
      parts.push(png.subarray(copied, chunk.start));
      copied = chunk.start + 12 + chunk.data.length;
    }
  }
  parts.push(png.subarray(copied));
  return concatBytes(parts);
}

function textChunk(keyword: string, text: string): Uint8Array {
  if (!/^[\x20-\x7e\xa1-\xff]{1,79}$/.test(keyword)) {
    throw new TapestryError('INVALID_FIELD', {
      field: 'PNG keyword',
      value: keyword,
      accepted: '1 to 79 printable Latin-1 characters',
    });
  }
  if (isLatin1(text)) return pngChunk('tEXt', Buffer.from(`${keyword}\0${text}`, 'latin1'));
  return pngChunk(
    'iTXt',
    concatBytes([Buffer.from(`${keyword}\0\0\0\0\0`, 'latin1'), Buffer.from(text, 'utf8')]),
  );
}

/** Length, type, data, CRC. */
export function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(12 + data.length);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) chunk[4 + i] = type.charCodeAt(i);
  chunk.set(data, 8);
  view.setUint32(8 + data.length, crc32(chunk.subarray(4, 8 + data.length)));
  return chunk;
}

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function isLatin1(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0xff) return false;
  return true;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
