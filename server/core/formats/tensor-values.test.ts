import { describe, expect, it } from 'vitest';
import { DTYPE_SIZES, type SafetensorsDtype } from './safetensors.ts';
import { fromFloat32, toFloat32 } from './tensor-values.ts';

const bytesOf = (typed: ArrayBufferView) => new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength);

describe('widening', () => {
  it.each<[SafetensorsDtype, ArrayBufferView, number[]]>([
    ['F64', Float64Array.of(1.5, -2), [1.5, -2]],
    ['F16', Uint16Array.of(0x3c00, 0xc000, 0x0001), [1, -2, 2 ** -24]],
    ['BF16', Uint16Array.of(0x3f80, 0xc000, 0x4049), [1, -2, 3.140625]],
    ['F8_E4M3', Uint8Array.of(0x38, 0xb8, 0x7e, 0x01), [1, -1, 448, 2 ** -9]],
    ['F8_E5M2', Uint8Array.of(0x3c, 0xbc, 0x7b, 0x01), [1, -1, 57344, 2 ** -16]],
    ['I64', BigInt64Array.of(-3n, 2n ** 40n), [-3, 2 ** 40]],
    ['U16', Uint16Array.of(65535), [65535]],
    ['I8', Int8Array.of(-128), [-128]],
    ['BOOL', Uint8Array.of(0, 1, 255), [0, 1, 1]],
  ])('%s', (dtype, typed, expected) => {
    expect([...toFloat32(dtype, bytesOf(typed))]).toEqual(expected);
  });

  it('has the not-numbers and infinities of both float8 kinds', () => {
    expect(toFloat32('F8_E4M3', Uint8Array.of(0x7f, 0xff)).every(Number.isNaN)).toBe(true);
    expect([...toFloat32('F8_E5M2', Uint8Array.of(0x7c, 0xfc))]).toEqual([Infinity, -Infinity]);
    expect(toFloat32('F8_E5M2', Uint8Array.of(0x7d))[0]).toBeNaN();
  });

  it('reads unaligned bytes', () => {
    const bytes = Uint8Array.of(9, ...bytesOf(Float32Array.of(1.25))).subarray(1);
    expect([...toFloat32('F32', bytes)]).toEqual([1.25]);
  });
});

describe('writing back', () => {
  it.each(['F64', 'F32', 'F16', 'BF16'] as const)('%s keeps what it can hold', (dtype) => {
    const values = Float32Array.of(0, -0, 1, -2.5, 0.15625, Infinity, -Infinity, Number.NaN);
    const bytes = fromFloat32(dtype, values);
    expect(bytes.length).toBe(values.length * DTYPE_SIZES[dtype]);
    expect(toFloat32(dtype, bytes)).toEqual(values);
  });

  it('rounds bfloat16 to nearest, ties to even', () => {
    const words = Uint32Array.of(0x3f808000, 0x3f818000, 0x3f808001, 0x3f807fff);
    const halves = new Uint16Array(fromFloat32('BF16', new Float32Array(words.buffer)).buffer as ArrayBuffer);
    expect([...halves]).toEqual([0x3f80, 0x3f82, 0x3f81, 0x3f80]);
  });
});
