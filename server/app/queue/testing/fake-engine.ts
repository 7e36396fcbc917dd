/**
 * Stands in for an engine in tests: speaks the protocol, paints nothing. The prompt tells it what to do:
 * `crash` (every time), `crash-once FILE`, `hang` (blocks its loop), `deaf` (ignores interrupt and cancel),
 * `fail`, `slow MS` (per step). Pictures are a few bytes that name the seed.
 */
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { TapestryError } from '#contracts/errors.ts';
import type { Assignment, FromEngine, ToEngine } from '#contracts/messages.ts';

const send = (message: FromEngine) => new Promise<void>((resolve) => process.send!(message, () => resolve()));
let stop: 'interrupt' | 'skip' | 'cancel' | null = null;

process.on('disconnect', () => process.exit(0));
process.on('message', (message: ToEngine) => {
  if (message.type === 'run') void attempt(message.assignment);
  else if (message.type === 'shutdown') process.exit(0);
  else if (message.type !== 'unload' && message.type !== 'extensions') stop = message.type;
});

if (process.argv.includes('--broken')) {
  console.error('no such device');
  process.exit(3);
}
await send({ type: 'ready', pid: process.pid, provider: 'cpu', notes: [], readyMs: 1 });
await send({ type: 'memory', rssBytes: process.memoryUsage.rss() });

function misbehave(words: string[], step: number): void {
  if (step !== 2) return;
  if (words.includes('crash')) die();
  const once = words.indexOf('crash-once');
  if (once >= 0 && !existsSync(words[once + 1]!)) {
    writeFileSync(words[once + 1]!, '');
    die();
  }
  if (words.includes('hang')) for (;;);
}

function die(): never {
  console.error('fatal: out of luck');
  process.exit(134);
}

/** What goes wrong is told, as a real engine does. */
async function attempt(assignment: Assignment): Promise<void> {
  try {
    await run(assignment);
  } catch (thrown) {
    const full = (thrown as NodeJS.ErrnoException).code === 'ENOSPC';
    const error = new TapestryError(full ? 'DISK_FULL' : 'INTERNAL', { reason: String(thrown) });
    const { jobId, fence } = assignment;
    await send({ type: 'failed', jobId, fence, error: error.toRecord(), warnings: [] });
  }
}

async function run({ jobId, fence, job, tempFolder }: Assignment): Promise<void> {
  const { prompt, steps, n_iter: batches, seed, width, height } = job.request;
  const words = prompt.split(' ');
  const stepMs = words.includes('slow') ? Number(words[words.indexOf('slow') + 1]) : 1;
  const trace = words.indexOf('trace');
  if (trace >= 0) appendFileSync(words[trace + 1]!, `${jobId}\n`);
  stop = null;
  const progress = (phase: string, step: number, batch: number) =>
    send({ type: 'progress', jobId, fence, phase, step, steps, batch, batches });
  let outcome: 'complete' | 'interrupted' | 'cancelled' = 'complete';

  await progress('loading', 0, 0);
  await send({ type: 'loaded', checkpoint: job.checkpoint.title });
  if (words.includes('fail')) {
    const error = {
      code: 'OUT_OF_MEMORY' as const,
      status: 507,
      message: 'Not enough memory',
      value: 'UNet',
    };
    return void (await send({ type: 'failed', jobId, fence, error, warnings: [] }));
  }
  for (let batch = 0; batch < batches && outcome === 'complete'; batch++) {
    await progress('sampling', 0, batch);
    for (let step = 1; step <= steps; step++) {
      misbehave(words, step);
      await delay(stepMs);
      await progress('sampling', step, batch);
      const rgb = new Uint8Array(12).fill(step);
      await send({ type: 'preview', jobId, fence, step, index: batch, width: 2, height: 2, rgb });
      if (stop === null || words.includes('deaf')) continue;
      if (stop === 'skip') stop = null;
      else outcome = stop === 'cancel' ? 'cancelled' : 'interrupted';
      break;
    }
    if (outcome === 'cancelled') break;
    await progress('decoding', 0, batch);
    const file = `${batch}.png`;
    const infotext = `${prompt}\nSteps: ${steps}, Seed: ${seed + batch}`;
    writeFileSync(join(tempFolder, file), `picture ${seed + batch}`);
    const picture = { index: batch, file, format: 'png', width, height, seed: seed + batch, subseed: 0 };
    await send({ type: 'image', jobId, fence, ...picture, infotext, grid: false });
    // A second word about the same picture changes nothing.
    if (words.includes('twice'))
      await send({ type: 'image', jobId, fence, ...picture, infotext, grid: false });
  }
  const timings = {
    totalMs: 10,
    toFirstPredictMs: 1,
    loadMs: 1,
    conditionMs: 1,
    sampleMs: stepMs * steps * batches,
    decodeMs: 1,
    saveMs: 1,
    sessionRunMs: 1,
    predictCalls: steps,
  };
  await send({ type: 'done', jobId, fence, outcome, warnings: ['painted by a stand-in'], info: {}, timings });
}
