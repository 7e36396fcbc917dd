/** The EXIF segment (APP1) of JPEG files. */
import { TapestryError } from '#contracts/errors.ts';
import { buildExifComment, startsWith } from './exif-comment.ts';
import { concatBytes } from './png-text.ts';

const APP0 = 0xe0;
const APP1 = 0xe1;
const START_OF_SCAN = 0xda;
const EXIF_MARK = 'Exif\0\0';
/** A segment's length field counts itself and holds 16 bits. */
const MAX_TIFF_BYTES = 0xffff - 2 - EXIF_MARK.length;

interface Segment {
  marker: number;
  start: number;
  /** Without marker and length. */
  data: Uint8Array;
}

export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8;
}

/** The TIFF block of the first EXIF segment; null where there is none. Never throws. */
export function readJpegExif(jpeg: Uint8Array): Uint8Array | null {
  for (const { marker, data } of segments(jpeg)) {
    if (marker === APP1 && startsWith(data, EXIF_MARK)) return data.subarray(EXIF_MARK.length);
  }
  return null;
}

/**
 * A copy of a JPEG with its infotext in EXIF, in the place of any EXIF it had. A text that does not fit one segment as
 * UTF-16 (more than some 32,000 characters) is written as ASCII if it is ASCII.
 * @throws TapestryError INVALID_FIELD where it does not fit at all: the caller may save a text file beside the picture,
 * as PNG and WebP have no such limit; UNSUPPORTED_UPLOAD for bytes that are no JPEG
 */
export function insertJpegComment(jpeg: Uint8Array, text: string): Uint8Array {
  if (!isJpeg(jpeg)) {
    throw new TapestryError('UNSUPPORTED_UPLOAD', { field: 'image', value: 'these bytes', accepted: 'JPEG' });
  }
  const tiff = fittingComment(text);
  const kept: Uint8Array[] = [jpeg.subarray(0, 2)];
  let at = 2;
  for (const { marker, start, data } of segments(jpeg)) {
    if (marker !== APP0) break;
    at = start + 4 + data.length;
  }
  kept.push(jpeg.subarray(2, at), exifSegment(tiff));
  for (const { marker, start, data } of segments(jpeg)) {
    if (marker === APP1 && startsWith(data, EXIF_MARK)) {
      kept.push(jpeg.subarray(at, start));
      at = start + 4 + data.length;
    }
  }
  kept.push(jpeg.subarray(at));
  return concatBytes(kept);
}

function fittingComment(text: string): Uint8Array {
  const unicode = buildExifComment(text);
  if (unicode.length <= MAX_TIFF_BYTES) return unicode;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII
  const ascii = /^[\x00-\x7f]*$/.test(text) ? buildExifComment(text, 'ascii') : unicode;
  if (ascii.length <= MAX_TIFF_BYTES) return ascii;
  throw new TapestryError('INVALID_FIELD', {
    field: 'parameters',
    value: `${text.length} characters`,
    accepted: 'what fits 65 kB in a JPEG; PNG and WebP hold more',
  });
}

function exifSegment(tiff: Uint8Array): Uint8Array {
  const length = 2 + EXIF_MARK.length + tiff.length;
  return concatBytes([
    Uint8Array.of(0xff, APP1, length >> 8, length & 0xff),
    Buffer.from(EXIF_MARK, 'latin1'),
    tiff,
  ]);
}

/** Segments before the picture's data. */
function* segments(jpeg: Uint8Array): Generator<Segment> {
  if (!isJpeg(jpeg)) return;
  for (let start = 2; start + 4 <= jpeg.length; ) {
    const marker = jpeg[start + 1]!;
    const length = (jpeg[start + 2]! << 8) | jpeg[start + 3]!;
    const end = start + 2 + length;
    if (jpeg[start] !== 0xff || marker === START_OF_SCAN || length < 2 || end > jpeg.length) return;
    yield { marker, start, data: jpeg.subarray(start + 4, end) };
    start = end;
  }
}
