import { describe, expect, it } from 'vitest';
import { goldenJson } from '../../../../tests/support/golden.ts';
import { seedSequence } from './seed-sequence.ts';

interface Case {
  entropy: string;
  pool_size?: number;
  state4: number[];
  spawn0_key?: number[];
  spawn0_state4?: number[];
  spawn1_0_key?: number[];
  spawn1_0_state2?: number[];
  spawn2_state3?: number[];
}

const { cases } = goldenJson<{ cases: Case[] }>('rng/numpy_seedsequence.json');

describe('numpy SeedSequence', () => {
  it.each(cases)('entropy $entropy, pool $pool_size', (entry) => {
    const entropy = BigInt(entry.entropy);
    const poolSize = entry.pool_size ?? 4;
    const words = (count: number, spawnKey: number[]) => [
      ...seedSequence(entropy, count, { spawnKey, poolSize }),
    ];
    expect(words(4, [])).toEqual(entry.state4);
    if (entry.spawn0_state4) expect(words(4, entry.spawn0_key!)).toEqual(entry.spawn0_state4);
    if (entry.spawn1_0_state2) expect(words(2, entry.spawn1_0_key!)).toEqual(entry.spawn1_0_state2);
    if (entry.spawn2_state3) expect(words(3, [2])).toEqual(entry.spawn2_state3);
  });
});
