import { describe, expect, it } from 'vitest';
import { goldenTensors, maxDifference } from '../../../tests/support/golden.ts';
import { legacyTorchFile, pickle, pickledTensor } from '../../../tests/support/pickle-writer.ts';
import { openGolden, openTensors } from '../../../tests/support/tensor-file.ts';
import { ACTIVATIONS } from './activations.ts';
import { applyHypernetwork, readHypernetwork } from './hypernetwork.ts';

const io = goldenTensors('models/hypernetworks/io.safetensors');
const cases = [...io.keys()]
  .filter((key) => key.endsWith('/context'))
  .map((key) => /^((hn\d)\/mult(.+)\/dim(\d+))\/context$/.exec(key)!)
  .map(([, path, file, strength, width]) => ({
    path: path!,
    file: file!,
    strength: Number(strength),
    width: Number(width),
  }));

async function readGolden(name: string) {
  const { source, file } = await openGolden(`models/hypernetworks/${name}.pt`);
  return readHypernetwork(source, file);
}

describe('files of the reference', () => {
  it.each(cases)('$path', async ({ path, file, strength, width }) => {
    const { networks } = await readGolden(file);
    const pair = networks.get(width)!;
    const context = io.get(`${path}/context`)!;
    const keys = applyHypernetwork(pair.keys, context, strength);
    const values = applyHypernetwork(pair.values, context, strength);
    expect(keys.shape).toEqual(context.shape);
    expect(maxDifference(keys.data, io.get(`${path}/k`)!.data)).toBeLessThan(1e-5);
    expect(maxDifference(values.data, io.get(`${path}/v`)!.data)).toBeLessThan(1e-5);
  });

  it('passes a context of a width that the file does not have', async () => {
    const { networks } = await readGolden('hn0');
    const context = { data: Float32Array.of(1, 2), shape: [1, 2] };
    expect(applyHypernetwork(networks.get(48)?.keys, context, 1)).toBe(context);
  });
});

const storage = { type: 'FloatStorage', key: '0', elements: 4 };
const matrix = pickledTensor({ storage, first: 0, shape: [2, 2], strides: [2, 1] });
const open = async (entries: Record<string, Buffer>, widths: Buffer = Buffer.alloc(0)) => {
  const root = Buffer.concat([pickle.dict(entries), widths]);
  const { source, file } = await openTensors(legacyTorchFile(root, { 0: Float32Array.of(1, 2, 3, 4) }));
  return readHypernetwork(source, file);
};
/** `SETITEM` of a width's pair on the dict before. */
const pairOf = (width: number, state: Buffer) =>
  Buffer.concat([pickle.int(width), pickle.tuple(state, state), Buffer.from('s')]);

it('reads the names of the first files', async () => {
  const { networks } = await open(
    { name: pickle.string('old') },
    pairOf(2, pickle.dict({ 'linear1.weight': matrix })),
  );
  const context = { data: Float32Array.of(1, 0), shape: [1, 2] };
  expect([...applyHypernetwork(networks.get(2)!.keys, context, 0.5).data]).toEqual([1.5, 1.5]);
});

it.each([
  ['an unknown activation', { activation_func: pickle.string('glu') }, undefined, /"glu"/],
  ['no networks', { name: pickle.string('x') }, undefined, /no networks/],
  ['an empty network', {}, pairOf(2, pickle.dict({})), /without layers/],
])('refuses a file with %s', async (_, entries: Record<string, Buffer>, widths, reason) => {
  await expect(open({ ...entries, unused: matrix }, widths)).rejects.toThrow(reason);
});

it('has the error function in float32 precision', () => {
  // 0.5 x (1 + erf(x / √2)) by mpmath.
  expect(ACTIVATIONS.gelu(1)).toBeCloseTo(0.8413447460685429, 12);
  expect(ACTIVATIONS.gelu(-2)).toBeCloseTo(-0.04550026389635842, 12);
  expect(ACTIVATIONS.gelu(4.5)).toBeCloseTo(4.499984710390187, 9);
});
