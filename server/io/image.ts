/** Picture codecs. The only module that imports sharp. */
import sharp from 'sharp';

/** RGB bytes, row-major, height × width × 3. */
export interface RawPicture {
  rgb: Uint8Array;
  width: number;
  height: number;
}

export const PICTURE_FORMATS = ['png', 'jpg', 'webp', 'avif'] as const;
export type PictureFormat = (typeof PICTURE_FORMATS)[number];

export interface EncodeOptions {
  /** 1..100, for jpg, webp and avif. */
  quality: number;
  /** webp only. */
  lossless: boolean;
}

/** An encoded picture without metadata. The same pixels give the same bytes. */
export async function encodePicture(
  { rgb, width, height }: RawPicture,
  format: PictureFormat,
  { quality, lossless }: EncodeOptions,
): Promise<Uint8Array> {
  const picture = sharp(rgb, { raw: { width, height, channels: 3 } });
  switch (format) {
    case 'png':
      return picture.png({ compressionLevel: 6 }).toBuffer();
    case 'jpg':
      return picture.jpeg({ quality }).toBuffer();
    case 'webp':
      return picture.webp({ quality, lossless }).toBuffer();
    case 'avif':
      return picture.avif({ quality }).toBuffer();
  }
}

/** A small preview, enlarged to at most `side` pixels so that it is smooth on the page. */
export async function encodePreview(
  raw: RawPicture,
  side = 512,
): Promise<{ mime: string; data: Uint8Array }> {
  const scale = Math.max(1, Math.min(8, Math.floor(side / Math.max(raw.width, raw.height))));
  const data = await sharp(raw.rgb, { raw: { width: raw.width, height: raw.height, channels: 3 } })
    .resize(raw.width * scale, raw.height * scale, { kernel: 'cubic' })
    .webp({ quality: 80, effort: 0 })
    .toBuffer();
  return { mime: 'image/webp', data };
}

/** Width, height and format of an encoded picture. Throws where sharp cannot read it. */
export async function probePicture(
  bytes: Uint8Array,
): Promise<{ width: number; height: number; format: string }> {
  const { width, height, format } = await sharp(bytes, { limitInputPixels: 268_402_689 }).metadata();
  return { width, height, format };
}

/** RGB bytes of an encoded picture. */
export async function decodePicture(bytes: Uint8Array): Promise<RawPicture> {
  const { data, info } = await sharp(bytes)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { rgb: new Uint8Array(data), width: info.width, height: info.height };
}

/** A PNG as AVIF, its EXIF carried over byte by byte. */
export async function pngToAvif(png: Uint8Array, quality: number): Promise<Uint8Array> {
  return sharp(png).keepExif().avif({ quality }).toBuffer();
}

/** The raw EXIF block of a picture; null where it has none. */
export async function readExifBlock(bytes: Uint8Array): Promise<Uint8Array | null> {
  return (await sharp(bytes).metadata()).exif ?? null;
}
