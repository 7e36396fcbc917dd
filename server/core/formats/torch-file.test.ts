import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { goldenBytes, goldenCases, maxDifference } from '../../../tests/support/golden.ts';
import { legacyTorchFile, pickle, pickledTensor } from '../../../tests/support/pickle-writer.ts';
import { bytesSource, openGolden, openTensors } from '../../../tests/support/tensor-file.ts';
import { zipFile } from '../../../tests/support/zip-writer.ts';
import { FormatError } from './format-error.ts';
import type { PickleDict } from './pickle-values.ts';
import { inPlaceHeader, readTensorFile } from './tensor-file.ts';
import { isInPlace } from './tensor-view.ts';

const malicious = goldenCases<{ file: string }>('models/malicious/malicious.json');
const REASONS: Record<string, RegExp> = {
  'os_system_zip.ckpt': /"posix\.system"/,
  'os_system_legacy.ckpt': /"posix\.system"/,
  'eval_zip.pt': /"__builtin__\.eval"/,
  'zip_extra_file.pt': /"archive\/evil\.py"/,
  'path_traversal.pt': /"\.\.\/\.\.\/evil\.txt"/,
  'truncated_data.safetensors': /the file has only/,
  'header_too_long.safetensors': /the header claims/,
  'bad_json.safetensors': /not JSON/,
  'shape_mismatch.safetensors': /needs \d+ bytes/,
  'empty.safetensors': /empty/,
};

describe('malicious files', () => {
  it.each(malicious)('$file is refused with its reason, and nothing runs', async ({ file }) => {
    const reading = readTensorFile(bytesSource(goldenBytes(`models/malicious/${file}`)));
    await expect(reading).rejects.toThrow(FormatError);
    await expect(reading).rejects.toThrow(REASONS[file]!);
    expect(existsSync('golden_evil_marker')).toBe(false);
  });
});

describe('a checkpoint in a torch zip', () => {
  it('gives the tensors under state_dict where they lie', async () => {
    const { file, read } = await openGolden('models/variants/micro_state_dict.ckpt');
    expect(file.tensors.size).toBe(918);
    expect((file.root as PickleDict).get('global_step')).toBe(840000);
    const { header, toCopy } = inPlaceHeader(file);
    expect(toCopy).toEqual([]);
    expect(header.tensors.get('model.diffusion_model.time_embed.0.weight')).toMatchObject({
      dtype: 'F16',
      shape: [128, 32],
      length: 128 * 32 * 2,
    });
    expect(header.tensors.get('model.diffusion_model.time_embed.0.weight')!.offset % 64).toBe(0);
    // The same checkpoint's text encoder, kept as float32 in another file.
    const other = await openGolden('models/variants/clip_fp32.safetensors');
    const names = [...other.file.tensors.keys()].filter((name) => name.endsWith('.weight'));
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) {
      expect(maxDifference((await read(name)).data, (await other.read(name)).data), name).toBe(0);
    }
  });

  it.each(goldenCases<{ file: string }>('models/textual_inversion/textual_inversion.json'))(
    'reads $file',
    async ({ file: name }) => {
      const { file } = await openGolden(`models/textual_inversion/${name}`);
      expect(file.format).toBe(name.endsWith('.safetensors') ? 'safetensors' : 'torch');
    },
  );
});

const matrix = Float32Array.from({ length: 24 }, (_, i) => i);
const storage = { type: 'FloatStorage', key: '7', elements: 24 };
const root = pickle.dict({
  dense: pickledTensor({ storage, first: 0, shape: [4, 6], strides: [6, 1] }),
  transposed: pickledTensor({ storage, first: 0, shape: [6, 4], strides: [1, 6] }),
  column: pickledTensor({ storage, first: 2, shape: [4], strides: [6] }),
  tail: pickledTensor({ storage, first: 18, shape: [1, 6], strides: [999, 1] }),
  scalar: pickledTensor({ storage, first: 5, shape: [], strides: [] }),
  epoch: pickle.int(3),
});
const bytesOf = (values: Float32Array) => new Uint8Array(values.buffer);
const zipped = (deflated: boolean, entries: Record<string, Uint8Array> = {}) =>
  zipFile(
    {
      'm/data.pkl': pickle.file(root),
      'm/byteorder': Buffer.from('little'),
      'm/data/7': bytesOf(matrix),
      ...entries,
    },
    deflated,
  );

describe.each([
  ['a zip', zipped(false)],
  ['a packed zip', zipped(true)],
  ['the format before zips', legacyTorchFile(root, { 7: matrix })],
])('views in %s', (kind, bytes) => {
  it('reads dense, transposed, cut and scalar ones', async () => {
    const { file, read } = await openTensors(bytes);
    expect([...file.tensors.keys()]).toEqual(['dense', 'transposed', 'column', 'tail', 'scalar']);
    expect((await read('dense')).data).toEqual(matrix);
    const transposed = await read('transposed');
    expect(transposed.shape).toEqual([6, 4]);
    expect([...transposed.data.slice(0, 5)]).toEqual([0, 6, 12, 18, 1]);
    expect([...(await read('column')).data]).toEqual([2, 8, 14, 20]);
    expect([...(await read('tail')).data]).toEqual([18, 19, 20, 21, 22, 23]);
    expect([...(await read('scalar')).data]).toEqual([5]);
  });

  it('says which can be used where they lie', async () => {
    const { file } = await openTensors(bytes);
    const inPlace = [...file.tensors].filter(([, view]) => isInPlace(view)).map(([name]) => name);
    expect(inPlace).toEqual(kind === 'a packed zip' ? [] : ['dense', 'tail', 'scalar']);
    expect(inPlaceHeader(file).toCopy).toEqual(
      [...file.tensors.keys()].filter((name) => !inPlace.includes(name)),
    );
  });
});

it('reads a view of a storage as files before torch 1.6 have it', async () => {
  const view = { ...storage, view: [6, 12] as const };
  const tensor = pickledTensor({ storage: view, first: 1, shape: [2], strides: [1] });
  const { read } = await openTensors(legacyTorchFile(pickle.dict({ tensor }), { 7: matrix }));
  expect([...(await read('tensor')).data]).toEqual([7, 8]);
});

const tensorOf = (change: object) =>
  pickle.dict({ t: pickledTensor({ storage, first: 0, shape: [4, 6], strides: [6, 1], ...change }) });

describe('broken torch files are refused, saying why', () => {
  it.each([
    ['beyond its storage', tensorOf({ first: 1 }), /beyond its storage of 24/],
    ['expanded from few elements', tensorOf({ shape: [4000, 6], strides: [0, 1] }), /beyond its storage/],
    [
      'a storage shorter than it says',
      tensorOf({ storage: { ...storage, elements: 48 }, shape: [8, 6] }),
      /192 bytes of storage "7", which has 96/,
    ],
    ['a storage that is not there', tensorOf({ storage: { ...storage, key: '8' } }), /storage "8"/],
    ['an unknown storage type', tensorOf({ storage: { ...storage, type: 'QInt8Storage' } }), /QInt8Storage/],
    [
      'a call of what may only be named',
      pickle.call(pickle.global('torch', 'FloatStorage')),
      /may only be named/,
    ],
    ['a class by another way in', Buffer.from('(iposix\nsystem\n'), /opcode 0x69/],
    ['an extension code', Buffer.of(0x82, 1), /opcode 0x82/],
    ['a name of a nested module', pickle.global('torch._utils', '_rebuild_qtensor'), /_rebuild_qtensor/],
    ['a list as a key', Buffer.from('}]Ns'), /as a key/],
    ['state for a tuple', Buffer.from(')Nb'), /state/],
  ])('%s', async (_, value, reason) => {
    const reading = readTensorFile(
      bytesSource(zipFile({ 'm/data.pkl': pickle.file(value), 'm/data/7': bytesOf(matrix) })),
    );
    await expect(reading).rejects.toThrow(FormatError);
    await expect(reading).rejects.toThrow(reason);
  });

  it.each([
    ['code of TorchScript', zipped(false, { 'm/code/run.py': new Uint8Array(1) }), /code\/run\.py/],
    ['two roots', zipped(false, { 'n/version': new Uint8Array(1) }), /n\/version/],
    ['big-endian bytes', zipped(false, { 'm/byteorder': Buffer.from('big') }), /big/],
    ['no pickle', zipFile({ 'm/version': Buffer.from('3') }), /no data\.pkl/],
    ['big-endian bytes before zips', legacyTorchFile(root, { 7: matrix }, false), /little-endian/],
    ['a pickle that torch did not write', pickle.file(pickle.int(1)), /not one that torch wrote/],
    ['a storage that nothing names', legacyTorchFile(root, { 7: matrix, 9: matrix }), /nothing names/],
    ['a storage cut off', legacyTorchFile(root, { 7: matrix }).subarray(0, -1), /beyond the file/],
  ])('%s', async (_, bytes, reason) => {
    await expect(readTensorFile(bytesSource(bytes))).rejects.toThrow(reason);
  });
});
