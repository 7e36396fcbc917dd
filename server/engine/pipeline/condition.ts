import { type ScheduleOptions, schedulePrompt } from '#core/prompt/schedule.ts';
import { cutAddOnTags } from './add-on-tags.ts';
import type { BatchRun, PlannedPass } from './job-run.ts';
import { reportPhase } from './progress.ts';
import {
  conditionNegative,
  conditionPrompt,
  constant,
  type PictureConditioning,
} from './scheduled-conditioning.ts';
import { createTextEncoder, emphasisMode, type TextEncoder } from './text-encoder.ts';

/** Encodes prompts and negative prompts of every pass, then lets extensions add predictions of their own. */
export async function condition(batch: BatchRun): Promise<void> {
  const start = performance.now();
  const { job, context } = batch;
  await reportPhase(job, 'reading the prompt', context.index);
  const encoder = createTextEncoder(job.model!, job.deps.tokenizer, context.job.options);
  for (const pass of batch.passes) {
    const prompts = pass.prompts.map((prompt) => cutAddOnTags(job, prompt));
    noteOptions(batch, pass, [...prompts, ...pass.negativePrompts]);
    pass.conditioning.set('cond', await encodeAll(prompts, conditionPrompt, pass, encoder));
    pass.conditioning.set('uncond', await encodeAll(pass.negativePrompts, conditionNegative, pass, encoder));
  }
  await job.hooks.hooks.condition.promise({
    batch: context,
    encode: encoder.encode,
    addPrediction(name, perImage) {
      if (perImage.length !== context.seeds.length) {
        throw new Error(
          `"${name}" has ${perImage.length} conditionings for ${context.seeds.length} pictures`,
        );
      }
      for (const { conditioning } of batch.passes) {
        if (conditioning.has(name)) throw new Error(`a prediction named "${name}" exists already`);
        conditioning.set(name, perImage.map(constant));
      }
    },
  });
  job.timings.conditionMs += performance.now() - start;
}

async function encodeAll(
  prompts: readonly string[],
  encode: (prompt: string, schedule: ScheduleOptions, encoder: TextEncoder) => Promise<PictureConditioning>,
  { schedule }: PlannedPass,
  encoder: TextEncoder,
): Promise<PictureConditioning[]> {
  const encoded: PictureConditioning[] = [];
  for (const prompt of prompts) encoded.push(await encode(prompt, schedule, encoder));
  return encoded;
}

/** Names in the infotext the options that these prompts are read by, where they make a difference. */
function noteOptions({ context }: BatchRun, { schedule }: PlannedPass, texts: readonly string[]): void {
  const { infotext, options } = context.job;
  const emphasis = emphasisMode(options);
  if (emphasis !== 'Original' && texts.some((text) => /[([]/.test(text))) infotext.set('Emphasis', emphasis);
  if (!schedule.oldTimeline) return;
  const asNew = (text: string) => JSON.stringify(schedulePrompt(text, { ...schedule, oldTimeline: false }));
  if (texts.some((text) => JSON.stringify(schedulePrompt(text, schedule)) !== asNew(text))) {
    infotext.set('Old prompt editing timelines', 'True');
  }
}
