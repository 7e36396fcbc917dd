import { deflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { type RgbPixels, readEmbeddingPixels, readEmbeddingText, stripNoise } from './embedding-picture.ts';

const VECTORS = [
  [0.25, -1.5, 3],
  [1e-3, 0, 7],
];
const EMBEDDING = {
  string_to_token: { '*': 265 },
  string_to_param: { '*': { TORCHTENSOR: VECTORS } },
  name: 'style',
  step: 1200,
  sd_checkpoint: 'abc12345',
  sd_checkpoint_name: 'm',
};
const HEIGHT = 16;
const PICTURE_WIDTH = 20;

/** A picture with strips as the format has them: low nibbles left, high ones right, a black column beside each. */
function pictureOf(data: Uint8Array): RgbPixels {
  const stripWidth = Math.ceil(data.length / (HEIGHT * 3));
  const size = stripWidth * HEIGHT * 3;
  const noise = stripNoise(size);
  const width = 2 * stripWidth + PICTURE_WIDTH + 2;
  const pixels = new Uint8Array(width * HEIGHT * 3);
  const put = (x: number, y: number, channel: number, value: number) => {
    pixels[(y * width + x) * 3 + channel] = value;
  };
  for (let i = 0; i < size; i++) {
    // The data is repeated until the strip is full; the upper bits are decoration.
    const byte = data[i % data.length]!;
    const y = Math.floor(i / (stripWidth * 3));
    const x = Math.floor(i / 3) % stripWidth;
    put(x, y, i % 3, 0x80 | ((byte & 0x0f) ^ noise[i]!));
    put(x + stripWidth + PICTURE_WIDTH + 2, y, i % 3, 0x80 | ((byte >> 4) ^ noise[i]!));
  }
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < PICTURE_WIDTH; x++) for (let c = 0; c < 3; c++) put(stripWidth + 1 + x, y, c, 33 + x);
  }
  return { data: pixels, width, height: HEIGHT };
}

function framed({ data, width, height }: RgbPixels, border: number): RgbPixels {
  const wide = width + 2 * border;
  const out = new Uint8Array(wide * (height + 2 * border) * 3);
  for (let y = 0; y < height; y++) {
    out.set(data.subarray(y * width * 3, (y + 1) * width * 3), ((y + border) * wide + border) * 3);
  }
  return { data: out, width: wide, height: height + 2 * border };
}

const json = Buffer.from(JSON.stringify(EMBEDDING));
const textsOf = (data: Buffer) => new Map([['sd-ti-embedding', data.toString('base64')]]);
const expected = {
  vectors: new Map([['clip_l', { data: Float32Array.from(VECTORS.flat()), shape: [2, 3] }]]),
  count: 2,
  width: 3,
  step: 1200,
  checkpoint: 'abc12345',
  checkpointName: 'm',
};

it('masks with the sequence of the reference', () => {
  const published = [253, 242, 127, 44, 157, 27, 239, 133, 38, 79, 167, 4, 177, 95, 130, 79, 78, 14, 52, 215];
  expect([...stripNoise(20)]).toEqual(published.map((value) => value & 0x0f));
});

it('reads the text of a PNG', () => {
  expect(readEmbeddingText(textsOf(json))).toEqual(expected);
  expect(readEmbeddingText(new Map([['parameters', 'a cat']]))).toBeNull();
});

it.each([0, 3])('reads pixels inside a black frame of %i', (border) => {
  expect(readEmbeddingPixels(framed(pictureOf(deflateSync(json)), border))).toEqual(expected);
});

it('takes a picture without strips for a preview', () => {
  const grey = { data: new Uint8Array(48).fill(77), width: 4, height: 4 };
  expect(readEmbeddingPixels(grey)).toBeNull();
  expect(readEmbeddingPixels({ data: new Uint8Array(48), width: 4, height: 4 })).toBeNull();
  expect(readEmbeddingPixels(pictureOf(Uint8Array.of(1, 2, 3)))).toBeNull();
});

it.each([
  ['no JSON', '{', /no JSON/],
  ['a list', '[]', /no object/],
  ['no word', '{}', /string_to_param/],
  ['two words', JSON.stringify({ string_to_param: { a: {}, b: {} } }), /2 words/],
  ['no vectors', JSON.stringify({ string_to_param: { a: { TORCHTENSOR: 'x' } } }), /no vectors/],
  [
    'ragged vectors',
    JSON.stringify({ string_to_param: { a: { TORCHTENSOR: [[1], [1, 2]] } } }),
    /different lengths/,
  ],
])('refuses %s', (_, text, reason) => {
  expect(() => readEmbeddingText(textsOf(Buffer.from(text)))).toThrow(reason);
});
