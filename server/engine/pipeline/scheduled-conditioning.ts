/** What a prediction reads at each model call: prompts in parts (`AND`), each with a schedule of conditionings. */
import { composePrompts } from '#core/prompt/composition.ts';
import { type PromptSpan, type ScheduleOptions, schedulePrompt, spanAt } from '#core/prompt/schedule.ts';
import type { Conditioning } from '#sdk/types.ts';
import type { TextEncoder } from './text-encoder.ts';

/** One part of a prompt. `conditionings[k]` belongs to `spans[k]`. */
export interface ConditionedPart {
  weight: number;
  spans: readonly PromptSpan[];
  conditionings: readonly Conditioning[];
}

/** The parts of one picture's prompt, at least one. */
export type PictureConditioning = readonly ConditionedPart[];

/** A prompt with its parts and schedules. */
export async function conditionPrompt(
  prompt: string,
  schedule: ScheduleOptions,
  encoder: TextEncoder,
): Promise<PictureConditioning> {
  const { texts, parts } = composePrompts([prompt]);
  const conditioned: ConditionedPart[] = [];
  for (const { text, weight } of parts[0]!) {
    conditioned.push(await conditionText(texts[text]!, weight, schedule, encoder));
  }
  return conditioned;
}

/** A negative prompt: scheduled, but one part, for `AND` is a word there. */
export async function conditionNegative(
  prompt: string,
  schedule: ScheduleOptions,
  encoder: TextEncoder,
): Promise<PictureConditioning> {
  return [await conditionText(prompt, 1, schedule, encoder)];
}

/** A conditioning that is the same at every call. */
export function constant(conditioning: Conditioning): PictureConditioning {
  return [{ weight: 1, spans: [{ endStep: 0, text: '' }], conditionings: [conditioning] }];
}

/** True for one part of weight 1: its prediction is the prompt's. */
export function isPlain(picture: PictureConditioning): boolean {
  return picture.length === 1 && picture[0]!.weight === 1;
}

/**
 * What each part reads at a model call (0-based count of calls in the pass), all of one length: shorter ones repeat
 * their last vector, as AUTOMATIC1111's web UI stacks them.
 */
export function conditioningsAt(picture: PictureConditioning, call: number): Conditioning[] {
  const now = picture.map(({ spans, conditionings }) => conditionings[spanAt(spans, call)]!);
  const longest = Math.max(...now.map(({ tokens }) => tokens));
  return now.map((each) => lengthen(each, longest));
}

async function conditionText(
  text: string,
  weight: number,
  schedule: ScheduleOptions,
  encoder: TextEncoder,
): Promise<ConditionedPart> {
  const spans = schedulePrompt(text, schedule);
  const conditionings = await encoder.encodeTogether(spans.map((span) => span.text));
  return { weight, spans, conditionings };
}

function lengthen(conditioning: Conditioning, tokens: number): Conditioning {
  if (conditioning.tokens === tokens) return conditioning;
  const { data, width } = conditioning;
  const longer = new Float32Array(tokens * width);
  longer.set(data);
  const last = data.subarray(data.length - width);
  for (let token = conditioning.tokens; token < tokens; token++) longer.set(last, token * width);
  return { data: longer, tokens, width };
}
