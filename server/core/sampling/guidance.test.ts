import { describe, expect, it } from 'vitest';
import { combineGuidance, combineWeightedGuidance } from './guidance.ts';

const tensor = (...values: number[]) => ({ data: Float32Array.from(values), shape: [1, values.length] });

describe('guidance', () => {
  it('goes from uncond through cond and beyond', () => {
    const uncond = tensor(1, -2);
    const cond = tensor(2, 2);
    expect([...combineGuidance(uncond, cond, 0).data]).toEqual([1, -2]);
    expect([...combineGuidance(uncond, cond, 1).data]).toEqual([2, 2]);
    expect([...combineGuidance(uncond, cond, 7).data]).toEqual([8, 26]);
  });

  it('adds the directions of several prompts, each with its weight', () => {
    const conds = [
      { weight: 1, prediction: tensor(2) },
      { weight: -0.5, prediction: tensor(5) },
    ];
    // 1 + 2·(2 - 1) - 0.5·2·(5 - 1)
    expect([...combineWeightedGuidance(tensor(1), conds, 2).data]).toEqual([-1]);
  });

  it('equals plain guidance for one prompt of weight 1', () => {
    const [uncond, cond] = [tensor(0.3, -1.7), tensor(0.9, 0.2)];
    const weighted = combineWeightedGuidance(uncond, [{ weight: 1, prediction: cond }], 7.5);
    expect(weighted).toEqual(combineGuidance(uncond, cond, 7.5));
  });
});
