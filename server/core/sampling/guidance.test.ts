import { describe, expect, it } from 'vitest';
import {
  combineGuidance,
  combineWeightedGuidance,
  rescaleGuidance,
  uncondSkipped,
  velocityToEps,
} from './guidance.ts';

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

describe('rescaleGuidance', () => {
  it('gives each item the spread of its conditional prediction', () => {
    const guided = { data: Float32Array.of(0, 8, 5, 5.5), shape: [2, 2] };
    const cond = { data: Float32Array.of(1, 3, 0, 1), shape: [2, 2] };
    expect([...rescaleGuidance(guided, cond, 1).data]).toEqual([0, 2, 10, 11]);
    expect([...rescaleGuidance(guided, cond, 0.5).data]).toEqual([0, 5, 7.5, 8.25]);
    expect(rescaleGuidance(guided, cond, 0)).toBe(guided);
  });
});

describe('velocityToEps', () => {
  it('finds the noise of x = sqrt(alpha)·image + sqrt(1 - alpha)·noise', () => {
    const [alpha, image, noise] = [0.3, 0.7, -1.2];
    const x = Math.sqrt(alpha) * image + Math.sqrt(1 - alpha) * noise;
    const velocity = Math.sqrt(alpha) * noise - Math.sqrt(1 - alpha) * image;
    expect(velocityToEps(tensor(x), tensor(velocity), alpha).data[0]).toBeCloseTo(noise, 6);
  });
});

describe('uncondSkipped', () => {
  const rules = { skipEarly: 0, minSigma: 0, allSteps: false, totalCalls: 10 };

  it('keeps the unconditional prediction by default', () => {
    expect(uncondSkipped(rules, 0, 14)).toBeUndefined();
  });

  it('skips the first share of the calls', () => {
    const early = { ...rules, skipEarly: 0.2 };
    expect([0, 1, 2, 3].map((call) => uncondSkipped(early, call, 14) !== undefined)).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  it('skips every other call below the minimum sigma, or all', () => {
    const low = { ...rules, minSigma: 3 };
    expect(uncondSkipped(low, 5, 3)).toBeUndefined();
    expect(uncondSkipped(low, 4, 2)).toBeUndefined();
    expect(uncondSkipped(low, 5, 2)).toEqual({ NGMS: 3 });
    expect(uncondSkipped({ ...low, allSteps: true }, 4, 2)).toEqual({ NGMS: 3, 'NGMS all steps': true });
  });
});
