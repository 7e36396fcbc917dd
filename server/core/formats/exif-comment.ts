/**
 * EXIF's UserComment (tag 0x9286), where JPEG, WebP and AVIF pictures carry their infotext: `UNICODE\0` and UTF-16,
 * big-endian, as piexif writes it. Bytes are built here since image libraries write non-ASCII comments as `?`.
 */

const EXIF_POINTER = 0x8769;
const USER_COMMENT = 0x9286;
const TYPE_LONG = 4;
const TYPE_UNDEFINED = 7;
const TEXT_OFFSET = 44;

const UNICODE_MARK = [0x55, 0x4e, 0x49, 0x43, 0x4f, 0x44, 0x45, 0x00];
const ASCII_MARK = [0x41, 0x53, 0x43, 0x49, 0x49, 0x00, 0x00, 0x00];

/** `unicode` is what every reader knows; `ascii` takes half the room and holds ASCII only. */
export type CommentCharset = 'unicode' | 'ascii';

/** A TIFF block (what follows `Exif\0\0` in a JPEG) with a UserComment and nothing else. */
export function buildExifComment(text: string, charset: CommentCharset = 'unicode'): Uint8Array {
  const comment = charset === 'ascii' ? Buffer.from(text, 'latin1') : Buffer.from(text, 'utf16le').swap16();
  const mark = charset === 'ascii' ? ASCII_MARK : UNICODE_MARK;
  const tiff = new Uint8Array(TEXT_OFFSET + mark.length + comment.length);
  const view = new DataView(tiff.buffer);
  view.setUint32(0, 0x4d4d002a);
  view.setUint32(4, 8);
  writeIfd(view, 8, [EXIF_POINTER, TYPE_LONG, 1, 26]);
  writeIfd(view, 26, [USER_COMMENT, TYPE_UNDEFINED, mark.length + comment.length, TEXT_OFFSET]);
  tiff.set(mark, TEXT_OFFSET);
  tiff.set(comment, TEXT_OFFSET + mark.length);
  return tiff;
}

function writeIfd(
  view: DataView,
  at: number,
  [tag, type, count, value]: [number, number, number, number],
): void {
  view.setUint16(at, 1);
  view.setUint16(at + 2, tag);
  view.setUint16(at + 4, type);
  view.setUint32(at + 6, count);
  view.setUint32(at + 10, value);
  view.setUint32(at + 14, 0);
}

/**
 * The UserComment of a TIFF block (with or without `Exif\0\0` before it); null where there is none. Reads `UNICODE` in
 * either byte order, `ASCII`, `JIS` not. Never throws.
 */
export function readExifComment(exif: Uint8Array): string | null {
  const tiff = startsWith(exif, 'Exif\0\0') ? exif.subarray(6) : exif;
  const bigEndian = startsWith(tiff, 'MM');
  if (!bigEndian && !startsWith(tiff, 'II')) return null;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  if (tiff.length < 8) return null;
  const ifd0 = view.getUint32(4, !bigEndian);
  const pointer = findEntry(view, ifd0, EXIF_POINTER, !bigEndian);
  const entry = pointer && findEntry(view, pointer.value, USER_COMMENT, !bigEndian);
  if (!entry) return null;
  return decodeComment(tiff.subarray(entry.value, entry.value + entry.count), bigEndian);
}

function findEntry(view: DataView, ifd: number, tag: number, little: boolean) {
  if (ifd + 2 > view.byteLength) return null;
  const count = view.getUint16(ifd, little);
  for (let at = ifd + 2; at < ifd + 2 + count * 12 && at + 12 <= view.byteLength; at += 12) {
    if (view.getUint16(at, little) === tag) {
      return { count: view.getUint32(at + 4, little), value: view.getUint32(at + 8, little) };
    }
  }
  return null;
}

function decodeComment(bytes: Uint8Array, bigEndian: boolean): string | null {
  if (bytes.length < 8) return null;
  const text = bytes.subarray(8);
  const buffer = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
  if (startsWith(bytes, 'UNICODE\0')) return decodeUtf16(buffer, bigEndian);
  if (startsWith(bytes, 'ASCII\0\0\0')) return new TextDecoder().decode(text).replace(/\0+$/, '');
  if (bytes.subarray(0, 8).every((byte) => byte === 0))
    return new TextDecoder().decode(text).replace(/\0+$/, '');
  return null;
}

/**
 * Some writers put little-endian text into a big-endian block or the reverse. The order is told by where zero bytes
 * lie, if the text has enough of them, else by the block.
 */
function decodeUtf16(bytes: Buffer, bigEndian: boolean): string {
  const even = bytes.subarray(0, bytes.length - (bytes.length % 2));
  let highFirst = 0;
  let lowFirst = 0;
  for (let i = 0; i < even.length; i += 2) {
    if (even[i] === 0) highFirst++;
    if (even[i + 1] === 0) lowFirst++;
  }
  const big = highFirst === lowFirst ? bigEndian : highFirst > lowFirst;
  return new TextDecoder(big ? 'utf-16be' : 'utf-16le').decode(even);
}

export function startsWith(bytes: Uint8Array, text: string): boolean {
  if (bytes.length < text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[i] !== text.charCodeAt(i)) return false;
  return true;
}
