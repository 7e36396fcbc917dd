import { describe, expect, it } from 'vitest';
import { goldenCases } from '../../../tests/support/golden.ts';
import {
  conditioningsAt,
  conditionNegative,
  conditionPrompt,
  constant,
  isPlain,
} from './scheduled-conditioning.ts';
import type { TextEncoder } from './text-encoder.ts';

interface Case {
  prompts: string[];
  steps: number;
  current_step: number;
  conds_list: [index: number, weight: number][][];
  tensor: number[];
  as_uncond: number[];
}

/** The reference's stand-in for an encoder: one number per text. */
const codeOf = (text: string) => {
  const sum = Array.from(text).reduce((total, char, i) => total + char.codePointAt(0)! * (i + 1), 0);
  return sum % 1000;
};

const encoder: TextEncoder = {
  encode: async (text) => ({ data: Float32Array.of(codeOf(text)), tokens: 1, width: 1 }),
  encodeTogether: (texts) => Promise.all(texts.map((text) => encoder.encode(text))),
};

describe('scheduled conditioning', () => {
  const cases = goldenCases<Case>('prompt/cond_per_step.json');
  it.each(cases)('$prompts of $steps steps, call $current_step', async (golden) => {
    const schedule = { steps: golden.steps };
    for (const [i, prompt] of golden.prompts.entries()) {
      const parts = await conditionPrompt(prompt, schedule, encoder);
      const now = conditioningsAt(parts, golden.current_step);
      const expected = golden.conds_list[i]!;
      expect(parts.map(({ weight }) => weight)).toEqual(expected.map(([, weight]) => weight));
      expect(now.map(({ data }) => data[0])).toEqual(expected.map(([index]) => golden.tensor[index]));
      const negative = await conditionNegative(prompt, schedule, encoder);
      expect(conditioningsAt(negative, golden.current_step)[0]!.data[0]).toBe(golden.as_uncond[i]);
    }
  });

  it('repeats the last vector of the shorter part', () => {
    const vector = (values: number[]) => ({
      data: Float32Array.from(values),
      tokens: values.length / 2,
      width: 2,
    });
    const part = (values: number[]) => constant(vector(values))[0]!;
    const [long, short] = conditioningsAt([part([1, 2, 3, 4, 5, 6]), part([7, 8])], 0);
    expect([...long!.data]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...short!.data]).toEqual([7, 8, 7, 8, 7, 8]);
    expect(short!.tokens).toBe(3);
  });

  it('knows a plain prompt from a weighted one', async () => {
    const plain = async (prompt: string) => isPlain(await conditionPrompt(prompt, { steps: 4 }, encoder));
    expect(await plain('a [b:c:2]')).toBe(true);
    expect(await plain('a:0.5')).toBe(false);
    expect(await plain('a AND b')).toBe(false);
  });
});
