import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { goldenBytes } from '../../../tests/support/golden.ts';
import { FormatError } from './format-error.ts';
import { readSafetensorsHeader } from './safetensors.ts';

const read = (bytes: Uint8Array, size = bytes.length) =>
  readSafetensorsHeader({ size, readAt: async (offset, length) => bytes.subarray(offset, offset + length) });

/** A file with this header and `dataBytes` zeros behind it. */
function fileOf(header: unknown, dataBytes = 0, claimed?: bigint): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + json.length + dataBytes);
  new DataView(file.buffer).setBigUint64(0, claimed ?? BigInt(json.length), true);
  file.set(json, 8);
  return file;
}

const tensor = (dtype: string, shape: unknown, offsets: unknown) => ({ dtype, shape, data_offsets: offsets });

describe('readSafetensorsHeader', () => {
  it('gives tensors with their place in the file, and metadata', async () => {
    const file = fileOf(
      { __metadata__: { title: 'x', broken: 3 }, b: tensor('F16', [3], [1, 7]), a: tensor('U8', [], [0, 1]) },
      7,
    );
    const dataStart = file.length - 7;
    const { metadata, tensors } = await read(file);
    expect(metadata).toEqual({ title: 'x' });
    expect(tensors.get('b')).toEqual({ dtype: 'F16', shape: [3], offset: dataStart + 1, length: 6 });
    expect(tensors.get('a')).toEqual({ dtype: 'U8', shape: [], offset: dataStart, length: 1 });
  });

  it('reads names that an object would take for its own', async () => {
    const { tensors } = await read(
      fileOf('{"__proto__": {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]}}', 1),
    );
    expect(tensors.get('__proto__')?.length).toBe(1);
    expect(tensors.get('toString')).toBeUndefined();
  });

  it.each([
    ['an empty file', new Uint8Array(0), /the file is empty/],
    ['a few bytes', new Uint8Array(5), /too few/],
    ['a header longer than the limit', fileOf({}, 0, 2n ** 63n), /more than the limit/],
    ['a header longer than the file', fileOf({}, 0, 1000n), /but the file has only/],
    ['no JSON', fileOf('{"a":'), /not JSON/],
    ['a list', fileOf('[]'), /not a JSON object/],
    ['bytes that are not UTF-8', fileOf('{}').with(8, 0xff), /not JSON/],
    ['metadata that is no object', fileOf({ __metadata__: 'x' }), /__metadata__/],
    ['a tensor that is no object', fileOf({ a: 5 }), /tensor a is not an object/],
    ['an unknown dtype', fileOf({ a: tensor('F31', [1], [0, 4]) }, 4), /unknown dtype "F31"/],
    ['a dtype out of the prototype', fileOf({ a: tensor('toString', [1], [0, 4]) }, 4), /unknown dtype/],
    ['a negative side', fileOf({ a: tensor('U8', [-1, -1], [0, 1]) }, 1), /shape \[-1,-1\]/],
    ['a fractional side', fileOf({ a: tensor('F32', [0.5], [0, 2]) }, 2), /shape/],
    ['a shape beyond exact numbers', fileOf({ a: tensor('U8', [2 ** 40, 2 ** 40], [0, 1]) }, 1), /shape/],
    ['offsets of one number', fileOf({ a: tensor('U8', [1], [0]) }, 1), /data_offsets/],
    ['an end before the beginning', fileOf({ a: tensor('U8', [1], [1, 0]) }, 1), /ends \(0\) before/],
    ['data beyond the file', fileOf({ a: tensor('U8', [9], [0, 9]) }, 8), /but the file has only/],
    ['a shape that does not fit', fileOf({ a: tensor('F32', [2], [0, 4]) }, 4), /needs 8 bytes, but has 4/],
    [
      'tensors that overlap',
      fileOf({ a: tensor('U8', [4], [0, 4]), b: tensor('U8', [4], [3, 7]) }, 7),
      /tensors a and b overlap/,
    ],
  ])('refuses %s', async (_, file, reason) => {
    await expect(read(file)).rejects.toThrow(FormatError);
    await expect(read(file)).rejects.toThrow(reason);
  });

  it.each([
    'bad_json.safetensors',
    'empty.safetensors',
    'header_too_long.safetensors',
    'shape_mismatch.safetensors',
    'truncated_data.safetensors',
  ])('refuses the golden %s', async (name) => {
    await expect(read(goldenBytes(`models/malicious/${name}`))).rejects.toThrow(FormatError);
  });

  it('refuses every truncation of a file and never reads outside of it', async () => {
    const file = fileOf({ a: tensor('F32', [2, 2], [0, 16]), b: tensor('F16', [4], [16, 24]) }, 24);
    for (let length = 0; length < file.length; length += 1) {
      await expect(read(file.subarray(0, length))).rejects.toThrow(FormatError);
    }
    await expect(read(file)).resolves.toBeDefined();
  });

  it('answers any bytes with a header inside the file or a FormatError', async () => {
    await fc.assert(
      fc.asyncProperty(mutatedFile(), async (file) => {
        try {
          const { tensors } = await read(file);
          for (const { offset, length } of tensors.values())
            expect(offset + length).toBeLessThanOrEqual(file.length);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(FormatError);
        }
      }),
      { numRuns: 500, seed: 20_240_117 },
    );
  });
});

/** Files that are right but for some lies: offsets, shapes, single bytes. */
function mutatedFile(): fc.Arbitrary<Uint8Array> {
  const number = fc.oneof(fc.integer({ min: -2, max: 40 }), fc.maxSafeNat(), fc.double());
  const entry = fc.record({
    dtype: fc.constantFrom('F32', 'F16', 'U8', 'I64', 'F99'),
    shape: fc.array(number, { maxLength: 3 }),
    data_offsets: fc.array(number, { minLength: 1, maxLength: 3 }),
  });
  return fc
    .tuple(
      fc.dictionary(fc.string(), fc.oneof(entry, fc.jsonValue()), { maxKeys: 4 }),
      fc.nat(64),
      fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 3 }),
    )
    .map(([header, dataBytes, edits]) => {
      const file = fileOf(header, dataBytes);
      for (const [at, value] of edits) if (at < file.length) file[at] = value;
      return file;
    });
}
