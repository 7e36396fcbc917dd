/** Writer of the protobuf wire format (https://protobuf.dev/programming-guides/encoding) into one growing buffer. */
export interface ProtobufWriter {
  /** varint; negative numbers as 64-bit two's complement. */
  int(field: number, value: number): void;
  /** fixed32 */
  float(field: number, value: number): void;
  string(field: number, value: string): void;
  bytes(field: number, value: Uint8Array): void;
  /** A nested message: what `write` appends, with its length before it. */
  message(field: number, write: () => void): void;
  finish(): Uint8Array;
}

const WIRE_VARINT = 0;
const WIRE_LENGTH_DELIMITED = 2;
const WIRE_FIXED32 = 5;
/** A 64-bit varint takes at most ten bytes; with its tag fifteen. */
const MAX_SCALAR_BYTES = 16;

export function createProtobufWriter(): ProtobufWriter {
  let buffer = new Uint8Array(64 * 1024);
  let view = new DataView(buffer.buffer);
  let end = 0;

  const reserve = (count: number) => {
    if (end + count <= buffer.length) return;
    const grown = new Uint8Array(Math.max(buffer.length * 2, end + count));
    grown.set(buffer.subarray(0, end));
    buffer = grown;
    view = new DataView(buffer.buffer);
  };
  /** Non-negative safe integers. */
  const varint = (value: number) => {
    let rest = value;
    while (rest > 0x7f) {
      buffer[end++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    buffer[end++] = rest;
  };
  const negativeVarint = (value: number) => {
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest > 0x7fn) {
      buffer[end++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    buffer[end++] = Number(rest);
  };
  const tag = (field: number, wire: number) => {
    reserve(MAX_SCALAR_BYTES);
    varint(field * 8 + wire);
  };
  const bytes = (field: number, value: Uint8Array) => {
    tag(field, WIRE_LENGTH_DELIMITED);
    varint(value.length);
    reserve(value.length);
    buffer.set(value, end);
    end += value.length;
  };
  const encoder = new TextEncoder();
  return {
    int(field, value) {
      tag(field, WIRE_VARINT);
      if (value < 0) negativeVarint(value);
      else varint(value);
    },
    float(field, value) {
      tag(field, WIRE_FIXED32);
      view.setFloat32(end, value, true);
      end += 4;
    },
    string: (field, value) => bytes(field, encoder.encode(value)),
    bytes,
    message(field, write) {
      tag(field, WIRE_LENGTH_DELIMITED);
      // The length is known only afterwards: leave it one byte and move the content when it needs more.
      const lengthAt = end;
      end += 1;
      write();
      const length = end - lengthAt - 1;
      const extra = varintBytes(length) - 1;
      if (extra > 0) {
        reserve(extra);
        buffer.copyWithin(lengthAt + 1 + extra, lengthAt + 1, end);
      }
      end = lengthAt;
      varint(length);
      end += length;
    },
    finish: () => buffer.slice(0, end),
  };
}

function varintBytes(value: number): number {
  let count = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 0x80)) count += 1;
  return count;
}
