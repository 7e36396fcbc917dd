/** Files come from strangers: whatever their bytes, readers answer or refuse; they neither crash nor hang. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '#core/formats/format-error.ts';
import { readPictureText } from '#core/formats/picture-text.ts';
import { readSafetensorsHeader } from '#core/formats/safetensors.ts';
import { goldenBytes } from '../support/golden.ts';

const RUNS = 500_000;
const SEED = 20_260;

/** The bytes with some of them replaced, and cut somewhere. */
const damaged = (bytes: Uint8Array) =>
  fc
    .record({
      hits: fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 8 }),
      length: fc.oneof(fc.constant(bytes.length), fc.nat(bytes.length)),
    })
    .map(({ hits, length }) => {
      const copy = Uint8Array.from(bytes);
      for (const [at, value] of hits) copy[at] = value;
      return copy.subarray(0, length);
    });

describe('damaged files', () => {
  it.each(['a1111_0.png', 'ztxt.png', 'itxt_zip.png', 'exif_0.jpg', 'exif_0.webp'])(
    'picture text of %s',
    (name) => {
      const property = fc.property(damaged(goldenBytes(`metadata/${name}`)), (file) => {
        try {
          readPictureText(file);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      });
      fc.assert(property, { numRuns: RUNS, seed: SEED });
    },
  );

  it('safetensors header', async () => {
    const file = goldenBytes('models/sd1/sd1_full_fp16.safetensors');
    const end = 8 + Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
    const property = fc.asyncProperty(damaged(file.subarray(0, end)), async (bytes) => {
      const readAt = async (offset: number, length: number) => bytes.subarray(offset, offset + length);
      try {
        await readSafetensorsHeader({ size: file.length, readAt });
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    });
    await fc.assert(property, { numRuns: RUNS / 10, seed: SEED });
  });
});
