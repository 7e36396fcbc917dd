import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSafetensorsHeader } from '../server/core/formats/safetensors.ts';
import { makeCheckpoint } from './make-checkpoint.ts';

const layout = {
  __metadata__: { format: 'pt' },
  tensors: {
    'b.weight': ['F32', [64, 32]],
    'a.norm.weight': ['F16', [32]],
    'b.bias': ['F32', [64]],
    position_ids: ['I64', [1, 4]],
  },
};
let folder: string;
let header: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapestry-make-'));
  header = join(folder, 'layout.json');
  await writeFile(header, JSON.stringify(layout));
});
afterAll(() => rm(folder, { recursive: true }));

async function make(name: string, seed: number, dtype?: 'F16' | 'F32') {
  const out = join(folder, name);
  const size = await makeCheckpoint({ header, out, seed, ...(dtype === undefined ? {} : { dtype }) });
  const bytes = await readFile(out);
  expect(bytes).toHaveLength(size);
  const read = await readSafetensorsHeader({
    size,
    readAt: async (offset, length) => bytes.subarray(offset, offset + length),
  });
  return { bytes, ...read };
}

describe('makeCheckpoint', () => {
  it('writes the layout, in the order of names', async () => {
    const { tensors, metadata } = await make('plain', 1);
    expect(metadata).toEqual({ format: 'pt' });
    expect([...tensors].map(([name, { dtype, shape }]) => [name, dtype, shape])).toEqual([
      ['a.norm.weight', 'F16', [32]],
      ['b.bias', 'F32', [64]],
      ['b.weight', 'F32', [64, 32]],
      ['position_ids', 'I64', [1, 4]],
    ]);
  });

  it('gives the same bytes for a seed and others for another', async () => {
    const { bytes } = await make('first', 5);
    expect((await make('again', 5)).bytes.equals(bytes)).toBe(true);
    expect((await make('other', 6)).bytes.equals(bytes)).toBe(false);
  });

  it('stores all weights in the dtype that is asked for, and whole numbers as they are', async () => {
    const { tensors } = await make('half', 1, 'F16');
    expect([...tensors.values()].map(({ dtype }) => dtype)).toEqual(['F16', 'F16', 'F16', 'I64']);
  });

  it('scales a matrix by its fan-in and centres norms at one', async () => {
    const { bytes, tensors } = await make('scaled', 3);
    const floats = (name: string, size: 2 | 4) => {
      const { offset, length } = tensors.get(name)!;
      const raw = new Uint8Array(bytes.subarray(offset, offset + length)).buffer;
      return Array.from(size === 4 ? new Float32Array(raw) : new Float16Array(raw));
    };
    const matrix = floats('b.weight', 4);
    const spread = Math.sqrt(matrix.reduce((sum, value) => sum + value * value, 0) / matrix.length);
    expect(spread).toBeCloseTo(1 / Math.sqrt(32), 1);
    for (const value of floats('a.norm.weight', 2)) expect(Math.abs(value - 1)).toBeLessThan(0.15);
  });
});
