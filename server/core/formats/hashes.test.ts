import { describe, expect, it } from 'vitest';
import { goldenBytes, goldenCases } from '../../../tests/support/golden.ts';
import { createModelHasher } from './hashes.ts';

interface Case {
  file: string;
  sha256: string;
  old_model_hash: string;
  addnet_sha256: string;
}

const cases = goldenCases<Case>('models/file_hashes.json');

function hashInChunks(bytes: Uint8Array, isSafetensors: boolean, size: number) {
  const hasher = createModelHasher(isSafetensors);
  for (let at = 0; at < bytes.length; at += size) hasher.update(bytes.subarray(at, at + size));
  return hasher.digest();
}

describe('files of the reference', () => {
  it.each(cases)('$file', ({ file, sha256, old_model_hash: autoV1, addnet_sha256: addnet }) => {
    const bytes = goldenBytes(`models/${file}`);
    const isSafetensors = file.endsWith('.safetensors');
    const expected = { sha256, autoV1, addnet: addnet ?? sha256 };
    expect(hashInChunks(bytes, isSafetensors, bytes.length)).toEqual(expected);
    expect(hashInChunks(bytes, isSafetensors, 65_521)).toEqual(expected);
  });

  it('reach beyond the first megabyte', () => {
    expect(cases.some(({ old_model_hash: hash }) => hash !== 'e3b0c442')).toBe(true);
  });
});

it('does not depend on where chunks end, nor on the header', () => {
  const bytes = goldenBytes('models/textual_inversion/emb_params.safetensors');
  const whole = hashInChunks(bytes, true, bytes.length);
  for (const size of [1, 3, 7, 8, 9, 64]) expect(hashInChunks(bytes, true, size)).toEqual(whole);
  const headerBytes = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const other = Buffer.concat([
    Buffer.of(2, 0, 0, 0, 0, 0, 0, 0),
    Buffer.from('{}'),
    bytes.subarray(8 + headerBytes),
  ]);
  expect(hashInChunks(other, true, 5).addnet).toBe(whole.addnet);
});

it('has a hash for files that end inside their header', () => {
  expect(hashInChunks(Uint8Array.of(1, 2), true, 1).addnet).toMatch(/^e3b0c442/);
});
