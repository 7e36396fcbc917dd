import { expect, it } from 'vitest';
import { goldenCases } from '../../../tests/support/golden.ts';
import { applyEmphasis, type EmphasisMode } from './emphasis.ts';

interface Case {
  mode: EmphasisMode;
  z: { values: number[] };
  multipliers: number[][];
  out: { values: number[] };
}

it.each(goldenCases<Case>('prompt/emphasis.json').map((entry, index) => ({ ...entry, index })))(
  'case $index: $mode',
  ({ mode, z, multipliers, out }) => {
    const actual = Float32Array.from(z.values);
    applyEmphasis(mode, actual, multipliers.flat());
    const scale = Math.max(...out.values.map(Math.abs));
    out.values.forEach((expected, i) => {
      expect(Math.abs(actual[i]! - expected)).toBeLessThanOrEqual(2e-6 * scale);
    });
  },
);
