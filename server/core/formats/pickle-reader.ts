import { FormatError } from './format-error.ts';

/** A pickle that goes on beyond the bytes at hand. */
export class PickleTruncatedError extends FormatError {}

/** The longest line of text (a global's name, a number in digits) that is read. */
const MAX_LINE_BYTES = 1024;
const NEWLINE = 0x0a;

/** Reads a pickle's bytes from front to back; every length is checked against what is left. */
export class PickleReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  position: number;

  constructor(bytes: Uint8Array, position: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = position;
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  /** @throws FormatError for a length beyond any file */
  u64(): number {
    const value = this.#view.getBigUint64(this.#advance(8), true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new FormatError(`the pickle claims ${value} bytes`);
    return Number(value);
  }

  f64BigEndian(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }

  /** A view, not a copy. */
  take(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  text(length: number): string {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.take(length));
  }

  /** The bytes up to a line feed, which is skipped, as Latin-1. */
  line(): string {
    const limit = Math.min(this.#bytes.length, this.position + MAX_LINE_BYTES);
    let end = this.position;
    while (end < limit && this.#bytes[end] !== NEWLINE) end++;
    if (end === limit) {
      if (limit === this.#bytes.length) throw new PickleTruncatedError('the pickle ends inside a line');
      throw new FormatError(`the pickle has a line of more than ${MAX_LINE_BYTES} bytes`);
    }
    const line = String.fromCharCode(...this.#bytes.subarray(this.position, end));
    this.position = end + 1;
    return line;
  }

  #advance(length: number): number {
    const start = this.position;
    if (length > this.#bytes.length - start) {
      throw new PickleTruncatedError(
        `the pickle ends at byte ${this.#bytes.length}, inside an item of ${length} bytes`,
      );
    }
    this.position = start + length;
    return start;
  }
}
