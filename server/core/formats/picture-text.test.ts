import { describe, expect, it } from 'vitest';
import { goldenBytes, goldenCases } from '../../../tests/support/golden.ts';
import { buildExifComment, readExifComment } from './exif-comment.ts';
import { insertJpegComment, readJpegExif } from './jpeg-exif.ts';
import { insertPngExifComment, readPictureText } from './picture-text.ts';
import { insertPngText, readPngText } from './png-text.ts';
import { insertWebpComment } from './webp-exif.ts';

interface Case {
  file: string;
  parameters: string | null;
  other?: Record<string, string>;
}

const cases = goldenCases<Case>('metadata/metadata.json');
const bare = goldenBytes('metadata/none.png');
const byEnd = (end: string) => cases.filter(({ file, parameters }) => file.endsWith(end) && parameters);

describe('files of the reference', () => {
  it.each(cases)('reads $file', ({ file, parameters, other }) => {
    const text = readPictureText(goldenBytes(`metadata/${file}`));
    expect(text.parameters).toBe(parameters);
    expect(Object.fromEntries(text.items)).toEqual(other ?? {});
  });

  it.each(cases.filter(({ file }) => file.startsWith('a1111_')))(
    'writes $file byte by byte',
    ({ file, parameters }) => {
      const expected = goldenBytes(`metadata/${file}`);
      const written = insertPngText(expected, [['parameters', parameters!]]);
      expect(Buffer.from(written).equals(expected)).toBe(true);
      expect(readPngText(insertPngText(bare, [['parameters', parameters!]])).get('parameters')).toBe(
        parameters,
      );
    },
  );

  it.each(byEnd('.jpg'))('writes $file byte by byte', ({ file, parameters }) => {
    const expected = goldenBytes(`metadata/${file}`);
    expect(Buffer.from(insertJpegComment(expected, parameters!)).equals(expected)).toBe(true);
  });

  it.each(byEnd('.webp'))('writes $file byte by byte', ({ file, parameters }) => {
    const expected = goldenBytes(`metadata/${file}`);
    expect(Buffer.from(insertWebpComment(expected, parameters!)).equals(expected)).toBe(true);
  });
});

/** The reference's extended file as the simple file it was made from. */
function simpleWebp(): Uint8Array {
  const extended = Buffer.from(goldenBytes('metadata/exif_1.webp'));
  const picture = extended.subarray(30, 30 + 8 + extended.readUInt32LE(34));
  const file = Buffer.concat([Buffer.from('RIFF\0\0\0\0WEBP', 'latin1'), picture]);
  file.writeUInt32LE(file.length - 8, 4);
  return file;
}

it('makes a simple WebP an extended one of the same size', () => {
  const { parameters } = cases.find(({ file }) => file === 'exif_1.webp')!;
  const expected = goldenBytes('metadata/exif_1.webp');
  expect(Buffer.from(insertWebpComment(simpleWebp(), parameters!)).equals(expected)).toBe(true);
});

it('replaces texts of the same keyword and keeps others', () => {
  const first = insertPngText(bare, [
    ['parameters', 'old'],
    ['extras', 'kept'],
  ]);
  const second = insertPngText(first, [['parameters', '新しい']]);
  expect([...readPngText(second)]).toEqual([
    ['extras', 'kept'],
    ['parameters', '新しい'],
  ]);
});

it('puts an EXIF comment into a PNG', () => {
  expect(readPictureText(insertPngExifComment(bare, 'a 日本')).parameters).toBe('a 日本');
});

it('writes a long ASCII text into a JPEG in half the room, and refuses what does not fit', () => {
  const jpeg = goldenBytes('metadata/exif_0.jpg');
  const long = 'x'.repeat(60_000);
  const written = insertJpegComment(jpeg, long);
  expect(readExifComment(readJpegExif(written)!)).toBe(long);
  expect(() => insertJpegComment(jpeg, 'x'.repeat(70_000))).toThrow(/70000 characters/);
  expect(() => insertJpegComment(jpeg, '日'.repeat(40_000))).toThrow(/PNG and WebP/);
});

it('reads a little-endian comment in a big-endian block', () => {
  const exif = buildExifComment('a b, c: 日本');
  Buffer.from(exif.buffer).subarray(52).swap16();
  expect(readExifComment(exif)).toBe('a b, c: 日本');
});

it('names a file that is not of the format', () => {
  const bytes = Uint8Array.of(1, 2, 3);
  expect(() => insertPngText(bytes, [['parameters', 'x']])).toThrow(/PNG/);
  expect(() => insertJpegComment(bytes, 'x')).toThrow(/JPEG/);
  expect(() => insertWebpComment(bytes, 'x')).toThrow(/WebP/);
  expect(readPictureText(bytes)).toEqual({ parameters: null, items: new Map() });
});

it.each(cases)('reads any cut of $file without throwing', ({ file }) => {
  const bytes = goldenBytes(`metadata/${file}`);
  for (let length = 0; length < bytes.length; length += 7) {
    expect(readPictureText(bytes.subarray(0, length))).toHaveProperty('parameters');
  }
});
