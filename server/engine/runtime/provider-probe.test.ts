import { describe, expect, it } from 'vitest';
import { chooseProvider } from './provider-probe.ts';

describe('chooseProvider', () => {
  it('takes the CPU when asked to, without trying others', async () => {
    expect(await chooseProvider('cpu', 1)).toEqual({ provider: 'cpu', notes: [] });
  });

  it.skipIf(process.platform !== 'linux')('falls back to the CPU and says why', async () => {
    const { provider, notes } = await chooseProvider('dml', 1);
    expect(provider).toBe('cpu');
    expect(notes).toEqual(['dml: not available on linux']);
  });

  it('gives a reason for everything that auto did not take', async () => {
    const { provider, notes } = await chooseProvider('auto', 1);
    const taken = ['cuda', 'dml', 'coreml', 'webgpu'].indexOf(provider);
    expect(notes).toHaveLength(taken === -1 ? 4 : taken);
    for (const note of notes) expect(note).toMatch(/^(cuda|dml|coreml|webgpu): \S/);
  });
});
