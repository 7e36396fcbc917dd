import { describe, expect, it } from 'vitest';
import { goldenBytes } from '../../../tests/support/golden.ts';
import { legacyTorchFile, pickle, pickledTensor } from '../../../tests/support/pickle-writer.ts';
import { bytesSource } from '../../../tests/support/tensor-file.ts';
import { zipFile } from '../../../tests/support/zip-writer.ts';
import { FormatError } from './format-error.ts';
import { unpickle } from './pickle.ts';
import { readTensorFile } from './tensor-file.ts';
import { readTensor } from './tensor-view.ts';
import { PLAIN_HANDLERS } from './torch-globals.ts';

const ROUNDS = 1500;

/** Numerical Recipes' generator: the same mutations at every run. */
function generator(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Some bytes changed, cut, doubled or moved. */
function mutate(bytes: Uint8Array, next: (below: number) => number): Uint8Array {
  const out = Buffer.from(bytes);
  const kind = next(10);
  if (kind === 0) return out.subarray(0, next(out.length));
  if (kind === 1) {
    const at = next(out.length);
    return Buffer.concat([out.subarray(0, at), out.subarray(at, at + next(40)), out.subarray(at)]);
  }
  for (let n = 0; n <= next(6); n++)
    out[next(out.length)] = kind < 5 ? next(256) : '().0Rcu}]]ae\x85\x86qhX\xff\0'.charCodeAt(next(18));
  return out;
}

async function readWhole(bytes: Uint8Array): Promise<void> {
  const source = bytesSource(bytes);
  const { tensors } = await readTensorFile(source);
  for (const view of tensors.values()) await readTensor(source, view);
}

const values = new Float32Array(24);
const storage = { type: 'FloatStorage', key: '7', elements: 24 };
const root = pickle.dict({
  dense: pickledTensor({ storage, first: 0, shape: [4, 6], strides: [6, 1] }),
  transposed: pickledTensor({ storage, first: 0, shape: [6, 4], strides: [1, 6] }),
  numbers: pickle.list(pickle.int(1), pickle.bool(true), pickle.tuple(pickle.string('é'))),
});
const entries = { 'm/data.pkl': pickle.file(root), 'm/data/7': new Uint8Array(values.buffer) };

describe.each([
  ['a zip', zipFile(entries)],
  ['a packed zip', zipFile(entries, true)],
  ['the format before zips', legacyTorchFile(root, { 7: values })],
  ['a ParameterDict', goldenBytes('models/textual_inversion/parameterdict.pt')],
  ['a malicious zip', goldenBytes('models/malicious/os_system_zip.ckpt')],
  ['a safetensors file', goldenBytes('models/textual_inversion/emb_params.safetensors')],
])('mutations of %s', (_, bytes) => {
  it('are read or refused with a FormatError', async () => {
    const next = generator(20240727);
    let refused = 0;
    for (let round = 0; round < ROUNDS; round++) {
      try {
        await readWhole(mutate(bytes, next));
      } catch (error) {
        expect(error, `round ${round}`).toBeInstanceOf(FormatError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(ROUNDS / 10);
  });
});

it('reads or refuses any bytes as a pickle', () => {
  const next = generator(7);
  for (let round = 0; round < 20_000; round++) {
    const bytes = Uint8Array.from({ length: 1 + next(60) }, () => next(256));
    try {
      unpickle(bytes, PLAIN_HANDLERS);
    } catch (error) {
      expect(error, `round ${round}`).toBeInstanceOf(FormatError);
    }
  }
});

describe('pickles that would take time or memory are refused', () => {
  const many = (part: Buffer, times: number) => Buffer.concat(new Array<Buffer>(times).fill(part));
  const text = (value: string) => Buffer.from(value, 'latin1');
  const longText = pickle.string('x'.repeat(100_000));

  it.each([
    [
      'text encoded again and again',
      Buffer.concat([
        pickle.global('_codecs', 'encode'),
        text('q\0'),
        longText,
        text('q\x01'),
        many(Buffer.concat([text('h\0(h\x01'), pickle.string('latin1'), text('tR')]), 1000),
        text('.'),
      ]),
      /operations/,
    ],
    [
      'a set copied again and again',
      Buffer.concat([
        text(']q\0('),
        many(text('N'), 100_000),
        text('e'),
        pickle.global('builtins', 'set'),
        text('q\x01'),
        many(text('h\x01h\0\x85R'), 1000),
        text('.'),
      ]),
      /operations/,
    ],
    [
      'a text longer than the file',
      Buffer.concat([text('X'), Buffer.of(255, 255, 255, 127)]),
      /ends at byte/,
    ],
    ['bytes longer than any file', Buffer.concat([Buffer.of(0x8e), Buffer.alloc(8, 255)]), /claims/],
    [
      'an int of too many bytes',
      Buffer.concat([Buffer.of(0x8b, 0, 0, 1, 0), Buffer.alloc(0x10000)]),
      /an int of/,
    ],
    ['digits without end', text(`I${'9'.repeat(900)}\n.`), /the int/],
    ['more operations than any file has', many(text('N0'), 5_000_001), /operations/],
    ['an empty stack', text('0.'), /empty stack/],
    ['a memo that is not there', text('h\x05.'), /recalls 5/],
  ])('%s', (_, bytes, reason) => {
    expect(() => unpickle(bytes, PLAIN_HANDLERS)).toThrow(FormatError);
    expect(() => unpickle(bytes, PLAIN_HANDLERS)).toThrow(reason);
  });

  it('a zip that unpacks to more than it says', async () => {
    const bomb = zipFile({ 'm/data.pkl': new Uint8Array(10_000_000) }, true);
    bomb.writeUInt32LE(100, bomb.lastIndexOf(Buffer.from('504b0102', 'hex')) + 24);
    await expect(readTensorFile(bytesSource(bomb))).rejects.toThrow(/cannot be unpacked/);
  });

  it('a dict that contains itself is read', () => {
    const bytes = Buffer.concat([text('}q\0'), pickle.string('a'), text('h\0s.')]);
    expect(() => unpickle(bytes, PLAIN_HANDLERS)).not.toThrow();
  });
});
