/** A picture with its infotext as a file's bytes, in every format that pictures are saved in. */
import { insertJpegComment } from '#core/formats/jpeg-exif.ts';
import { insertPngExifComment } from '#core/formats/picture-text.ts';
import { insertPngText } from '#core/formats/png-text.ts';
import { insertWebpComment } from '#core/formats/webp-exif.ts';
import { encodePicture, type PictureFormat, pngToAvif, type RawPicture } from './image.ts';

export interface PictureFileOptions {
  /** 1..100, for jpg, webp and avif. */
  quality: number;
  /** webp only. */
  lossless: boolean;
  /** null: no metadata is written. */
  infotext: string | null;
}

/** Longest side that a format can hold, in pixels. */
const LONGEST_SIDE: Partial<Record<PictureFormat, number>> = { jpg: 65_535, webp: 16_383 };

/** The format that an option's text means ("jpeg" is jpg); png for anything unknown. */
export function pictureFormat(option: unknown): PictureFormat {
  const name = String(option).toLowerCase();
  if (name === 'jpg' || name === 'jpeg') return 'jpg';
  return name === 'webp' || name === 'avif' ? name : 'png';
}

/** `format`, or png where the picture is too long for it. */
export function formatFor({ width, height }: RawPicture, format: PictureFormat): PictureFormat {
  return Math.max(width, height) > (LONGEST_SIDE[format] ?? Number.POSITIVE_INFINITY) ? 'png' : format;
}

/** PNG: text chunk `parameters`. JPEG, WebP, AVIF: EXIF UserComment. The same pixels and text give the same bytes. */
export async function encodePictureFile(
  picture: RawPicture,
  format: PictureFormat,
  { quality, lossless, infotext }: PictureFileOptions,
): Promise<Uint8Array> {
  if (infotext === null) return encodePicture(picture, format, { quality, lossless });
  if (format === 'avif') {
    const png = await encodePicture(picture, 'png', { quality, lossless });
    return pngToAvif(insertPngExifComment(png, infotext), quality);
  }
  const bytes = await encodePicture(picture, format, { quality, lossless });
  if (format === 'jpg') return insertJpegComment(bytes, infotext);
  if (format === 'webp') return insertWebpComment(bytes, infotext);
  return insertPngText(bytes, [['parameters', infotext]]);
}
