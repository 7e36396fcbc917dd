/**
 * Textual inversion embeddings that travel in pictures, as the web UI of AUTOMATIC1111 shares them: as base64 of JSON in
 * the PNG text `sd-ti-embedding`, and in the low four bits of two strips left and right of the picture, which survive
 * where texts are stripped.
 */
import { inflateSync } from 'node:zlib';
import { FormatError } from '#core/formats/format-error.ts';
import type { Tensor } from '#core/tensor.ts';
import type { TextualInversion } from './textual-inversion.ts';

/** Keyword of the PNG text. */
const EMBEDDING_KEYWORD = 'sd-ti-embedding';

const MAX_JSON_BYTES = 64 * 1024 * 1024;
const CHANNELS = 3;

/** 8-bit RGB, rows from the top. */
export interface RgbPixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/**
 * The embedding in the texts of a PNG, by keyword; null where they hold none.
 * @throws FormatError where there is data that is no embedding
 */
export function readEmbeddingText(texts: ReadonlyMap<string, string>): TextualInversion | null {
  const base64 = texts.get(EMBEDDING_KEYWORD);
  return base64 === undefined ? null : parseEmbedding(Buffer.from(base64, 'base64').toString('utf8'));
}

/**
 * The embedding in a picture's pixels; null for a picture that holds none, such as a preview.
 * @throws FormatError where there is data that is no embedding
 */
export function readEmbeddingPixels(picture: RgbPixels): TextualInversion | null {
  const low = nibbles(cropBlack(picture));
  const black = blackColumns(low);
  if (black.length < 2) return null;
  const left = columns(low, 0, black[0]!);
  const right = columns(low, black.at(-1)! + 1, low.width);
  if (left.length === 0 || left.length !== right.length) return null;
  const noise = stripNoise(left.length);
  const packed = left.map((value, i) => ((right[i]! ^ noise[i]!) << 4) | (value ^ noise[i]!));
  let json: Buffer;
  try {
    json = inflateSync(packed, { maxOutputLength: MAX_JSON_BYTES });
  } catch {
    return null;
  }
  return parseEmbedding(json.toString('utf8'));
}

/** What strips are masked with: a linear congruential generator (Numerical Recipes), modulo 255, low four bits. */
export function stripNoise(length: number): Uint8Array {
  let state = 0;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state % 255) & 0x0f;
  });
}

function parseEmbedding(json: string): TextualInversion {
  const data = parseObject(json);
  const words = Object.values(asObject(data.string_to_param, 'string_to_param'));
  if (words.length !== 1) throw new FormatError(`the embedding has ${words.length} words; one is read`);
  const vectors = parseVectors(asObject(words[0], 'a word').TORCHTENSOR);
  const { step, sd_checkpoint: checkpoint, sd_checkpoint_name: checkpointName } = data;
  return {
    vectors: new Map([['clip_l', vectors]]),
    count: vectors.shape[0]!,
    width: vectors.shape[1]!,
    step: typeof step === 'number' ? step : null,
    checkpoint: typeof checkpoint === 'string' ? checkpoint : null,
    checkpointName: typeof checkpointName === 'string' ? checkpointName : null,
  };
}

function parseObject(json: string): Record<string, unknown> {
  try {
    return asObject(JSON.parse(json), 'the whole');
  } catch (error) {
    throw error instanceof FormatError ? error : new FormatError('the embedding in the picture is no JSON');
  }
}

function asObject(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FormatError(`the embedding in the picture has ${what} that is no object`);
  }
  return value as Record<string, unknown>;
}

function parseVectors(rows: unknown): Tensor {
  const isRow = (row: unknown): row is number[] =>
    Array.isArray(row) && row.every((value) => typeof value === 'number');
  if (!Array.isArray(rows) || !rows.every(isRow))
    throw new FormatError('the embedding in the picture has no vectors');
  const width = rows[0]?.length ?? 0;
  if (width === 0 || rows.some((row) => row.length !== width)) {
    throw new FormatError('the embedding in the picture has vectors of different lengths');
  }
  return { data: Float32Array.from(rows.flat()), shape: [rows.length, width] };
}

/** Without the border of rows and columns in which no pixel has all three channels above zero. */
function cropBlack({ data, width, height }: RgbPixels): RgbPixels {
  let [left, right, top, bottom] = [width, 0, height, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * CHANNELS;
      if (data[at] === 0 || data[at + 1] === 0 || data[at + 2] === 0) continue;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + 1);
    }
  }
  if (right <= left) return { data: new Uint8Array(), width: 0, height: 0 };
  const row = (right - left) * CHANNELS;
  const cropped = new Uint8Array(row * (bottom - top));
  for (let y = top; y < bottom; y++) {
    const from = (y * width + left) * CHANNELS;
    cropped.set(data.subarray(from, from + row), (y - top) * row);
  }
  return { data: cropped, width: right - left, height: bottom - top };
}

function nibbles({ data, width, height }: RgbPixels): RgbPixels {
  return { data: data.map((value) => value & 0x0f), width, height };
}

function blackColumns({ data, width }: RgbPixels): number[] {
  const bright = new Set<number>();
  data.forEach((value, i) => {
    if (value !== 0) bright.add(Math.floor(i / CHANNELS) % width);
  });
  return Array.from({ length: width }, (_, x) => x).filter((x) => !bright.has(x));
}

/** The values of columns [from, to), row by row. */
function columns({ data, width, height }: RgbPixels, from: number, to: number): Uint8Array {
  const row = Math.max(0, to - from) * CHANNELS;
  const out = new Uint8Array(row * height);
  for (let y = 0; y < height; y++) {
    const start = (y * width + from) * CHANNELS;
    out.set(data.subarray(start, start + row), y * row);
  }
  return out;
}
