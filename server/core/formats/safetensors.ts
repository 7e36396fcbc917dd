/**
 * Reader of safetensors headers (https://github.com/huggingface/safetensors#format): 8 bytes little-endian header
 * length, a JSON object, then the data. Only the header is read; tensors are named by where they lie in the file.
 * The header is untrusted: every number is checked before anyone maps bytes by it.
 */
import { FormatError } from './format-error.ts';

/** Bytes per element of each dtype that the format knows. */
export const DTYPE_SIZES = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
} as const;

export type SafetensorsDtype = keyof typeof DTYPE_SIZES;

/** The format's own limit; a longer header is taken for a lie. */
export const MAX_HEADER_BYTES = 100_000_000;

const LENGTH_FIELD_BYTES = 8;

export interface SafetensorsTensor {
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  /** Position in the file, not in the data section. May be unaligned. */
  readonly offset: number;
  readonly length: number;
}

export interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>;
}

export interface ByteSource {
  /** Size of the whole file. */
  readonly size: number;
  /** Reads exactly `length` bytes, or fewer where the file ends. */
  readAt(offset: number, length: number): Promise<Uint8Array>;
}

/** Reads and checks the header of a safetensors file. Throws FormatError with the reason. */
export async function readSafetensorsHeader(source: ByteSource): Promise<SafetensorsHeader> {
  if (source.size === 0) throw new FormatError('the file is empty');
  if (source.size < LENGTH_FIELD_BYTES + 2) {
    throw new FormatError(`the file has ${source.size} bytes, too few for a safetensors header`);
  }
  const lengthField = await source.readAt(0, LENGTH_FIELD_BYTES);
  if (lengthField.length < LENGTH_FIELD_BYTES)
    throw new FormatError('the file ends inside the header length');
  const view = new DataView(lengthField.buffer, lengthField.byteOffset, LENGTH_FIELD_BYTES);
  const headerBytes = checkHeaderLength(view.getBigUint64(0, true), source.size);
  const text = await source.readAt(LENGTH_FIELD_BYTES, headerBytes);
  if (text.length < headerBytes) throw new FormatError('the file ends inside the header');
  return parseSafetensorsHeader(text, LENGTH_FIELD_BYTES + headerBytes, source.size);
}

/** Bytes that a tensor of this dtype and shape takes. */
export function tensorBytes(dtype: SafetensorsDtype, shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, DTYPE_SIZES[dtype]);
}

function checkHeaderLength(length: bigint, fileSize: number): number {
  if (length > BigInt(MAX_HEADER_BYTES)) {
    throw new FormatError(
      `the header claims ${length} bytes, more than the limit of ${MAX_HEADER_BYTES}; not a safetensors file`,
    );
  }
  if (Number(length) > fileSize - LENGTH_FIELD_BYTES) {
    throw new FormatError(`the header claims ${length} bytes, but the file has only ${fileSize}`);
  }
  return Number(length);
}

/** `dataStart`: where the data section begins in the file. */
function parseSafetensorsHeader(text: Uint8Array, dataStart: number, fileSize: number): SafetensorsHeader {
  const json = parseJsonObject(text);
  const tensors = new Map<string, SafetensorsTensor>();
  let metadata: Record<string, string> = {};
  for (const [name, entry] of Object.entries(json)) {
    if (name === '__metadata__') metadata = parseMetadata(entry);
    else tensors.set(name, parseTensor(name, entry, dataStart, fileSize));
  }
  refuseOverlaps(tensors);
  return { metadata, tensors };
}

function parseJsonObject(text: Uint8Array): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text));
  } catch {
    throw new FormatError('the header is not JSON');
  }
  if (!isObject(json)) throw new FormatError('the header is not a JSON object');
  return json;
}

function parseMetadata(entry: unknown): Record<string, string> {
  if (!isObject(entry)) throw new FormatError('__metadata__ is not an object');
  const strings = Object.entries(entry).filter(
    (pair): pair is [string, string] => typeof pair[1] === 'string',
  );
  return Object.fromEntries(strings);
}

function parseTensor(name: string, entry: unknown, dataStart: number, fileSize: number): SafetensorsTensor {
  if (!isObject(entry)) throw new FormatError(`tensor ${name} is not an object`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string' || !Object.hasOwn(DTYPE_SIZES, dtype)) {
    throw new FormatError(`tensor ${name} has the unknown dtype ${JSON.stringify(dtype)}`);
  }
  const knownDtype = dtype as SafetensorsDtype;
  if (!isCountArray(shape)) throw new FormatError(`tensor ${name} has the shape ${JSON.stringify(shape)}`);
  if (!isCountArray(offsets) || offsets.length !== 2) {
    throw new FormatError(`tensor ${name} has the data_offsets ${JSON.stringify(offsets)}`);
  }
  const [begin, end] = offsets as [number, number];
  if (begin > end) throw new FormatError(`tensor ${name} ends (${end}) before it begins (${begin})`);
  if (dataStart + end > fileSize) {
    throw new FormatError(
      `tensor ${name} ends at byte ${dataStart + end}, but the file has only ${fileSize}`,
    );
  }
  const expected = tensorBytes(knownDtype, shape);
  if (!Number.isSafeInteger(expected)) throw new FormatError(`tensor ${name} has the shape [${shape}]`);
  if (end - begin !== expected) {
    throw new FormatError(
      `tensor ${name} of ${dtype} [${shape}] needs ${expected} bytes, but has ${end - begin}`,
    );
  }
  return { dtype: knownDtype, shape, offset: dataStart + begin, length: end - begin };
}

function refuseOverlaps(tensors: ReadonlyMap<string, SafetensorsTensor>): void {
  const inFileOrder = [...tensors].filter(([, tensor]) => tensor.length > 0);
  inFileOrder.sort(([, a], [, b]) => a.offset - b.offset);
  let previousEnd = 0;
  let previousName = '';
  for (const [name, tensor] of inFileOrder) {
    if (tensor.offset < previousEnd) {
      throw new FormatError(`tensors ${previousName} and ${name} overlap`);
    }
    previousEnd = tensor.offset + tensor.length;
    previousName = name;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCountArray(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}
