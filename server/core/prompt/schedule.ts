/**
 * Prompt editing: `[from:to:when]`, `[to:when]`, `[from::when]` and alternation `[a|b|c]`, nested at will.
 * The grammar and its two timelines are those of AUTOMATIC1111's web UI.
 */
import { parseSchedule, type ScheduledText } from './schedule-grammar.ts';

/** A text and the last sampling step (1-based, inclusive) at which it is used. */
export interface PromptSpan {
  endStep: number;
  text: string;
}

export interface ScheduleOptions {
  /** Steps of the first pass. For samplers that call the model twice a step: twice the steps. */
  steps: number;
  /**
   * Steps of the hires pass whose schedule is wanted. It continues the first pass: fractions 1.0 to 2.0 and whole steps
   * beyond `steps` lie in it. Absent: the first pass.
   */
  hiresSteps?: number;
  /** Timeline of before version 1.6 (option `use_old_scheduling`): a number below 1 is a fraction; each pass starts anew. */
  oldTimeline?: boolean;
}

/**
 * The spans of one prompt in order; the last ends at the pass's last step. A prompt that has no schedule, or whose
 * brackets make no sense, is one span. Never throws.
 */
export function schedulePrompt(prompt: string, options: ScheduleOptions): PromptSpan[] {
  const { steps, hiresSteps, oldTimeline = false } = options;
  const total = oldTimeline ? steps : (hiresSteps ?? steps);
  const plain = [{ endStep: total, text: prompt }];
  if (!/[[\]]/.test(prompt)) return plain;
  const content = parseSchedule(prompt);
  if (content === null || content.every((item) => typeof item === 'string')) return plain;

  const stepOf = (when: string) => {
    const value = Number(when);
    if (oldTimeline) return Math.min(total, Math.trunc(value < 1 ? value * total : value));
    const second = hiresSteps !== undefined;
    const step = when.includes('.') ? (value - (second ? 1 : 0)) * total : value - (second ? steps : 0);
    return Math.min(total, Math.trunc(step));
  };
  return [...boundaries(content, total, stepOf)]
    .sort((a, b) => a - b)
    .map((endStep) => ({ endStep, text: textAt(content, endStep, stepOf) }));
}

function boundaries(
  content: readonly ScheduledText[],
  total: number,
  stepOf: (when: string) => number,
): Set<number> {
  const found = new Set([total]);
  const collect = (items: readonly ScheduledText[]) => {
    for (const item of items) {
      if (typeof item === 'string') continue;
      if (item.kind === 'edit') {
        const step = stepOf(item.when);
        if (step >= 1) found.add(step);
        collect(item.before);
        collect(item.after);
      } else {
        for (let step = 1; step <= total; step++) found.add(step);
        item.options.forEach(collect);
      }
    }
  };
  collect(content);
  return found;
}

function textAt(content: readonly ScheduledText[], step: number, stepOf: (when: string) => number): string {
  let text = '';
  for (const item of content) {
    if (typeof item === 'string') text += item;
    else if (item.kind === 'edit')
      text += textAt(step <= stepOf(item.when) ? item.before : item.after, step, stepOf);
    else text += textAt(item.options[(step - 1) % item.options.length]!, step, stepOf);
  }
  return text;
}

/**
 * Index of the span in use at a sampling step. The first where the step lies beyond the last span, as samplers that
 * call the model more often than planned always had it.
 */
export function spanAt(spans: readonly PromptSpan[], step: number): number {
  return Math.max(
    0,
    spans.findIndex((span) => step <= span.endStep),
  );
}
