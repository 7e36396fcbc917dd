import { describe, expect, it } from 'vitest';
import { readExifComment } from '#core/formats/exif-comment.ts';
import { readPictureText } from '#core/formats/picture-text.ts';
import { decodePicture, PICTURE_FORMATS, probePicture, readExifBlock } from './image.ts';
import { encodePictureFile, formatFor, pictureFormat } from './picture-file.ts';

const picture = { rgb: Uint8Array.from({ length: 16 * 8 * 3 }, (_, i) => i % 251), width: 16, height: 8 };
const infotext = 'a fox, 狐 🦊\nNegative prompt: é\nSteps: 4, Sampler: Euler, CFG scale: 7';

describe('encodePictureFile', () => {
  it.each(PICTURE_FORMATS)('writes %s with its infotext', async (format) => {
    const bytes = await encodePictureFile(picture, format, { quality: 90, lossless: false, infotext });
    expect(await probePicture(bytes)).toMatchObject({ width: 16, height: 8 });
    const exif = format === 'avif' ? await readExifBlock(bytes) : null;
    const text = exif ? readExifComment(exif) : readPictureText(bytes).parameters;
    expect(text).toBe(infotext);
  });

  it('keeps the pixels of a PNG and gives the same bytes twice', async () => {
    const options = { quality: 80, lossless: false, infotext };
    const bytes = await encodePictureFile(picture, 'png', options);
    expect((await decodePicture(bytes)).rgb).toEqual(picture.rgb);
    expect(await encodePictureFile(picture, 'png', options)).toEqual(bytes);
  });

  it('writes no metadata when told so', async () => {
    const bytes = await encodePictureFile(picture, 'png', { quality: 80, lossless: false, infotext: null });
    expect(readPictureText(bytes)).toEqual({ parameters: null, items: new Map() });
  });
});

describe('formats', () => {
  it('reads the option as A1111 writes it', () => {
    expect(['jpeg', 'JPG', 'webp', 'avif', 'png', 'tiff', null].map(pictureFormat)).toEqual([
      'jpg',
      'jpg',
      'webp',
      'avif',
      'png',
      'png',
      'png',
    ]);
  });

  it('falls back to PNG where a side is too long', () => {
    const long = { rgb: new Uint8Array(), width: 20_000, height: 8 };
    expect(formatFor(long, 'webp')).toBe('png');
    expect(formatFor(long, 'jpg')).toBe('jpg');
  });
});
