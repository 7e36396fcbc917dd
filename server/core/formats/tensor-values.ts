/** Stored numbers as float32 and back. Bytes are little-endian, as the formats have them; they may be unaligned. */
import { DTYPE_SIZES, type SafetensorsDtype } from './safetensors.ts';

type Bytes = Uint8Array<ArrayBuffer>;

const WIDEN: Readonly<Record<SafetensorsDtype, (bytes: Bytes) => Float32Array>> = {
  F64: ({ buffer }) => Float32Array.from(new Float64Array(buffer)),
  F32: ({ buffer }) => new Float32Array(buffer),
  F16: ({ buffer }) => Float32Array.from(new Float16Array(buffer)),
  BF16: ({ buffer }) => widenBfloat16(new Uint16Array(buffer)),
  F8_E4M3: (bytes) => Float32Array.from(bytes, (byte) => FLOAT8_E4M3[byte]!),
  F8_E5M2: (bytes) => Float32Array.from(bytes, (byte) => FLOAT8_E5M2[byte]!),
  I64: ({ buffer }) => Float32Array.from(new BigInt64Array(buffer), Number),
  I32: ({ buffer }) => Float32Array.from(new Int32Array(buffer)),
  I16: ({ buffer }) => Float32Array.from(new Int16Array(buffer)),
  I8: ({ buffer }) => Float32Array.from(new Int8Array(buffer)),
  U64: ({ buffer }) => Float32Array.from(new BigUint64Array(buffer), Number),
  U32: ({ buffer }) => Float32Array.from(new Uint32Array(buffer)),
  U16: ({ buffer }) => Float32Array.from(new Uint16Array(buffer)),
  U8: (bytes) => Float32Array.from(bytes),
  BOOL: (bytes) => Float32Array.from(bytes, (byte) => (byte === 0 ? 0 : 1)),
};

/** Values of a tensor's bytes; a copy. Float64 and wide ints are rounded. */
export function toFloat32(dtype: SafetensorsDtype, bytes: Uint8Array): Float32Array {
  const whole = bytes.length - (bytes.length % DTYPE_SIZES[dtype]);
  return WIDEN[dtype](Uint8Array.from(bytes.subarray(0, whole)));
}

/** The dtypes that weights are written in. */
export type WeightDtype = 'F64' | 'F32' | 'F16' | 'BF16';

/** Bytes of the values in a dtype, rounded to nearest even. */
export function fromFloat32(dtype: WeightDtype, values: Float32Array): Uint8Array {
  const typed = {
    F64: () => Float64Array.from(values),
    F32: () => values.slice(),
    F16: () => Float16Array.from(values),
    BF16: () => narrowToBfloat16(values),
  }[dtype]();
  return new Uint8Array(typed.buffer);
}

function widenBfloat16(halves: Uint16Array): Float32Array {
  const words = Uint32Array.from(halves, (half) => half << 16);
  return new Float32Array(words.buffer);
}

function narrowToBfloat16(values: Float32Array): Uint16Array {
  const words = new Uint32Array(values.slice().buffer);
  return Uint16Array.from(words, (word, i) => {
    if (Number.isNaN(values[i])) return 0x7fc0;
    return (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  });
}

/** 4 exponent and 3 mantissa bits; no infinities, the highest code is not a number (Micikevicius et al. 2022). */
const FLOAT8_E4M3 = float8Table(3, 7, (magnitude) => magnitude === 0x7f);
const FLOAT8_E5M2 = float8Table(2, 15, () => false);

function float8Table(
  mantissaBits: number,
  bias: number,
  isNan: (magnitude: number) => boolean,
): Float32Array {
  const table = new Float32Array(256);
  const steps = 2 ** mantissaBits;
  for (let code = 0; code < 256; code++) {
    const magnitude = code & 0x7f;
    const exponent = magnitude >> mantissaBits;
    const fraction = (magnitude & (steps - 1)) / steps;
    const value = exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias);
    table[code] =
      (code & 0x80 ? -1 : 1) *
      (isNan(magnitude) ? Number.NaN : special(mantissaBits, exponent, fraction, value));
  }
  return table;
}

/** E5M2 has IEEE's infinities and NaNs at its highest exponent; E4M3 does not. */
function special(mantissaBits: number, exponent: number, fraction: number, value: number): number {
  if (mantissaBits !== 2 || exponent !== 31) return value;
  return fraction === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
}
