import type { Conditioning } from '#sdk/types.ts';
import type { BatchRun } from './job-run.ts';
import { reportPhase } from './progress.ts';
import { createTextEncoder } from './text-encoder.ts';

/** Encodes prompts and negative prompts, then lets extensions add predictions of their own. */
export async function condition(batch: BatchRun): Promise<void> {
  const start = performance.now();
  const { job, context } = batch;
  await reportPhase(job, 'reading the prompt', context.index);
  const encode = createTextEncoder(job.model!, job.deps.tokenizer, context.job.options);
  batch.conditioning.set('cond', await encodeAll(context.prompts, encode));
  batch.conditioning.set('uncond', await encodeAll(context.negativePrompts, encode));
  await job.hooks.hooks.condition.promise({
    batch: context,
    encode,
    addPrediction(name, perImage) {
      if (batch.conditioning.has(name)) throw new Error(`a prediction named "${name}" exists already`);
      if (perImage.length !== context.seeds.length) {
        throw new Error(
          `"${name}" has ${perImage.length} conditionings for ${context.seeds.length} pictures`,
        );
      }
      batch.conditioning.set(name, perImage);
    },
  });
  job.timings.conditionMs += performance.now() - start;
}

async function encodeAll(
  texts: string[],
  encode: (text: string) => Promise<Conditioning>,
): Promise<Conditioning[]> {
  const encoded: Conditioning[] = [];
  for (const text of texts) encoded.push(await encode(text));
  return encoded;
}
