/** The infotext of a picture file, whatever its format. */
import { buildExifComment, readExifComment } from './exif-comment.ts';
import { isJpeg, readJpegExif } from './jpeg-exif.ts';
import { insertPngChunks, isPng, pngChunk, pngChunks, readPngText } from './png-text.ts';
import { isWebp, readWebpExif } from './webp-exif.ts';

export interface PictureText {
  /** The infotext (`parameters`); null where there is none. An EXIF comment goes before a PNG's chunk. */
  parameters: string | null;
  /** Other texts of the file by keyword. */
  items: Map<string, string>;
}

/**
 * Reads PNG (tEXt, zTXt, iTXt, eXIf), JPEG and WebP. For formats that are read elsewhere, AVIF, hand the EXIF block to
 * `readExifComment`. Never throws.
 */
export function readPictureText(file: Uint8Array): PictureText {
  const items = isPng(file) ? readPngText(file) : new Map<string, string>();
  const exif = readExif(file);
  const parameters = (exif && readExifComment(exif)) || (items.get('parameters') ?? null);
  items.delete('parameters');
  return { parameters, items };
}

function readExif(file: Uint8Array): Uint8Array | null {
  if (isJpeg(file)) return readJpegExif(file);
  if (isWebp(file)) return readWebpExif(file);
  for (const { type, data } of pngChunks(file)) if (type === 'eXIf') return data;
  return null;
}

/**
 * A copy of a PNG with the infotext as EXIF. An encoder that keeps metadata (sharp's `keepExif`) carries it from there
 * into AVIF byte by byte.
 */
export function insertPngExifComment(png: Uint8Array, text: string): Uint8Array {
  return insertPngChunks(png, [pngChunk('eXIf', buildExifComment(text))], ({ type }) => type === 'eXIf');
}
