import { describe, expect, it } from 'vitest';
import { type GoldenTensor, goldenDifference, goldenJson } from '../../../../tests/support/golden.ts';
import { slerp } from './slerp.ts';

interface Case {
  val: number;
  low: GoldenTensor;
  high: GoldenTensor;
  out: GoldenTensor;
  branch: string;
}

const { cases } = goldenJson<{ cases: Case[] }>('rng/slerp.json');
const tensor = ({ shape, values = [] }: GoldenTensor) => ({ data: Float32Array.from(values), shape });

describe('slerp', () => {
  it.each(cases)('$val: $branch', ({ val, low, high, out }) => {
    const result = slerp(val, tensor(low), tensor(high));
    expect(result.shape).toEqual(out.shape);
    expect(goldenDifference(result.data, out)).toBeLessThanOrEqual(2e-6);
  });
});
