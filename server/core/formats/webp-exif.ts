/** The EXIF chunk of WebP files (RIFF; WebP Container Specification). */
import { TapestryError } from '#contracts/errors.ts';
import { buildExifComment, startsWith } from './exif-comment.ts';
import { concatBytes } from './png-text.ts';

const EXIF_FLAG = 0x08;
const ALPHA_FLAG = 0x10;

interface RiffChunk {
  type: string;
  data: Uint8Array;
}

export function isWebp(bytes: Uint8Array): boolean {
  return startsWith(bytes, 'RIFF') && startsWith(bytes.subarray(8), 'WEBP');
}

/** The TIFF block of the EXIF chunk; null where there is none. Never throws. */
export function readWebpExif(webp: Uint8Array): Uint8Array | null {
  for (const { type, data } of chunks(webp)) if (type === 'EXIF') return data;
  return null;
}

/**
 * A copy of a WebP with its infotext in EXIF, in the place of any EXIF it had. A simple file becomes an extended one
 * (VP8X). No limit on the text's length.
 * @throws TapestryError UNSUPPORTED_UPLOAD for bytes that are no WebP picture
 */
export function insertWebpComment(webp: Uint8Array, text: string): Uint8Array {
  const kept = [...chunks(webp)].filter(({ type }) => type !== 'EXIF');
  const header = kept.find(({ type }) => type === 'VP8X')?.data.slice() ?? extendedHeader(kept[0]);
  if (!header) {
    throw new TapestryError('UNSUPPORTED_UPLOAD', { field: 'image', value: 'these bytes', accepted: 'WebP' });
  }
  header[0]! |= EXIF_FLAG;
  const rest = kept.filter(({ type }) => type !== 'VP8X');
  const xmp = rest.findIndex(({ type }) => type === 'XMP ');
  rest.splice(xmp < 0 ? rest.length : xmp, 0, { type: 'EXIF', data: buildExifComment(text) });
  return riffFile([{ type: 'VP8X', data: header }, ...rest]);
}

/** A VP8X chunk's 10 bytes from the size that the only chunk of a simple file states. */
function extendedHeader(chunk: RiffChunk | undefined): Uint8Array | null {
  const size = chunk && (chunk.type === 'VP8 ' ? lossySize(chunk.data) : losslessSize(chunk));
  if (!size) return null;
  const header = new Uint8Array(10);
  const view = new DataView(header.buffer);
  header[0] = size.alpha ? ALPHA_FLAG : 0;
  view.setUint16(4, (size.width - 1) & 0xffff, true);
  view.setUint16(7, (size.height - 1) & 0xffff, true);
  return header;
}

function lossySize(data: Uint8Array) {
  if (data.length < 10) return null;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return { width: view.getUint16(6, true) & 0x3fff, height: view.getUint16(8, true) & 0x3fff, alpha: false };
}

function losslessSize({ type, data }: RiffChunk) {
  if (type !== 'VP8L' || data.length < 5) return null;
  const bits = new DataView(data.buffer, data.byteOffset, data.byteLength).getUint32(1, true);
  return {
    width: (bits & 0x3fff) + 1,
    height: ((bits >>> 14) & 0x3fff) + 1,
    alpha: ((bits >>> 28) & 1) === 1,
  };
}

function riffFile(all: RiffChunk[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { type, data } of all) {
    const header = Buffer.alloc(8);
    header.write(type, 'latin1');
    header.writeUInt32LE(data.length, 4);
    parts.push(header, data, new Uint8Array(data.length % 2));
  }
  const body = concatBytes(parts);
  const header = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1');
  header.writeUInt32LE(4 + body.length, 4);
  return concatBytes([header, body]);
}

function* chunks(webp: Uint8Array): Generator<RiffChunk> {
  if (!isWebp(webp)) return;
  const view = new DataView(webp.buffer, webp.byteOffset, webp.byteLength);
  for (let start = 12; start + 8 <= webp.length; ) {
    const length = view.getUint32(start + 4, true);
    const end = start + 8 + length;
    if (end > webp.length) return;
    const type = String.fromCharCode(...webp.subarray(start, start + 4));
    yield { type, data: webp.subarray(start + 8, end) };
    start = end + (length % 2);
  }
}
