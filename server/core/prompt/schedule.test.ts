import { describe, expect, it } from 'vitest';
import { goldenCases } from '../../../tests/support/golden.ts';
import { composePrompts } from './composition.ts';
import { schedulePrompt, spanAt } from './schedule.ts';

interface ScheduleCase {
  prompt: string;
  base_steps: number;
  hires_steps: number | null;
  use_old_scheduling: boolean;
  out: [number, string][];
}

describe('schedules as in the reference', () => {
  it.each(goldenCases<ScheduleCase>('prompt/schedules.json'))(
    '$prompt in $base_steps steps, hires $hires_steps, old timeline $use_old_scheduling',
    ({ prompt, base_steps, hires_steps, use_old_scheduling, out }) => {
      const spans = schedulePrompt(prompt, {
        steps: base_steps,
        ...(hires_steps === null ? {} : { hiresSteps: hires_steps }),
        oldTimeline: use_old_scheduling,
      });
      expect(spans.map(({ endStep, text }) => [endStep, text])).toEqual(out);
    },
  );
});

interface CompositionCase {
  prompts: string[];
  indexes: [number, number][][];
  flat: string[];
}

it.each(goldenCases<CompositionCase>('prompt/and_composition.json'))(
  'composes $prompts',
  ({ prompts, indexes, flat }) => {
    const { texts, parts } = composePrompts(prompts);
    expect(texts).toEqual(flat);
    expect(parts.map((list) => list.map(({ text, weight }) => [text, weight]))).toEqual(indexes);
  },
);

interface StepCase {
  prompts: string[];
  steps: number;
  current_step: number;
  tensor: number[];
  as_uncond: number[];
}

/** The number by which the reference data stands for a text's conditioning. */
const standIn = (text: string) =>
  [...text].reduce((sum, character, i) => sum + character.codePointAt(0)! * (i + 1), 0) % 1000;

it.each(goldenCases<StepCase>('prompt/cond_per_step.json'))(
  'uses the texts of step $current_step of $prompts',
  ({ prompts, steps, current_step, tensor, as_uncond }) => {
    const at = (text: string) => {
      const spans = schedulePrompt(text, { steps });
      return standIn(spans[spanAt(spans, current_step)]!.text);
    };
    const { texts, parts } = composePrompts(prompts);
    expect(parts.flat().map(({ text }) => at(texts[text]!))).toEqual(tensor);
    expect(prompts.map(at)).toEqual(as_uncond);
  },
);

it.each([
  ['a | b [c:d:0.5]', 'a bar outside of brackets'],
  ['[a:b:0.5] \\', 'a backslash at the end'],
  ['[a:b:0.5] \\\nx', 'a backslash before a line break'],
  ['([a|b)', 'a bar in a broken group'],
])('%j is plain text: %s', (prompt) => {
  expect(schedulePrompt(prompt, { steps: 10 })).toEqual([{ endStep: 10, text: prompt }]);
});

it('keeps whole groups beside broken ones', () => {
  const spans = schedulePrompt('(a [b) [c:d:5] ]', { steps: 10 });
  expect(spans.map(({ text }) => text)).toEqual(['(a [b) c ]', '(a [b) d ]']);
});

it('takes deep nesting for plain text', () => {
  const deep = `${'[a:'.repeat(20_000)}b${':1]'.repeat(20_000)}`;
  expect(schedulePrompt(deep, { steps: 10 })).toEqual([{ endStep: 10, text: deep }]);
  const groups = `${'('.repeat(40_000)}[a:b:5]${')'.repeat(40_000)}`;
  expect(schedulePrompt(groups, { steps: 10 })).toHaveLength(2);
});
