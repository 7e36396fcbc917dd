/** How far a job is and how long it will take, from what was measured. Pure: time comes in. */
import type { JobProgress } from '#contracts/job.ts';
import type { DoneMessage, ProgressMessage } from '#contracts/messages.ts';
import type { PictureJob } from '#contracts/request.ts';

/** Milliseconds of one job on this machine. */
export interface Speed {
  stepMs: number;
  /** What a batch takes beside its steps: conditioning, decoding, saving. Null where it was never seen. */
  restMs: number | null;
}

export interface ProgressMeter {
  update(message: ProgressMessage, nowMs: number): JobProgress;
  /** Null until a step was measured, in this job or in one like it. */
  speed(): Speed | null;
}

/** Weight of the newest step in the running mean: follows a machine that slows down, ignores one hiccup. */
const NEWEST = 0.3;
/** A1111's bar starts at 1%; ours ends at 99% until the job is done, for decoding takes time too. */
const FIRST = 0.01;
const SPAN = 0.98;

/** @param prior speed of an earlier job like this one */
export function createProgressMeter(prior: Speed | null): ProgressMeter {
  let measured: number | null = null;
  let before: { step: number; batch: number; at: number } | null = null;
  let fraction = FIRST;

  const speed = (): Speed | null => {
    const stepMs = measured ?? prior?.stepMs ?? null;
    return stepMs === null ? null : { stepMs, restMs: prior?.restMs ?? null };
  };

  /** Steps done in this batch. Phases without steps of their own (decoding) say 0 but take nothing back. */
  function stepsDone({ step, batch }: ProgressMessage, nowMs: number): number {
    const last = before?.batch === batch ? before : { step: 0, batch, at: nowMs };
    const steps = step - last.step;
    // From "no step yet" to step 1 lies the loading of the model too: that says nothing about a step.
    if (last.step >= 1 && steps > 0) {
      const stepMs = (nowMs - last.at) / steps;
      measured = measured === null ? stepMs : measured + NEWEST * (stepMs - measured);
    }
    before = steps > 0 ? { step, batch, at: nowMs } : last;
    return before.step;
  }

  return {
    speed,
    update(message, nowMs) {
      const step = stepsDone(message, nowMs);
      const { jobId, phase, steps, batch, batches } = message;
      const ofBatch = steps > 0 ? Math.min(step / steps, 1) : 0;
      const ofJob = batches > 0 ? Math.min((batch + ofBatch) / batches, 1) : 0;
      fraction = Math.max(fraction, FIRST + SPAN * ofJob);
      const eta = remainingMs(speed(), { ...message, step });
      const etaSeconds = eta === null ? null : eta / 1000;
      return { jobId, phase, step, steps, batch, batches, fraction, etaSeconds };
    },
  };
}

function remainingMs(speed: Speed | null, message: ProgressMessage): number | null {
  if (speed === null) return null;
  const laterBatches = Math.max(message.batches - message.batch - 1, 0);
  const stepsLeft = Math.max(message.steps - message.step, 0) + laterBatches * message.steps;
  return stepsLeft * speed.stepMs + (laterBatches + 1) * (speed.restMs ?? 0);
}

/** Jobs of one key take about the same time per step. */
export function speedKey(job: PictureJob): string {
  const { width, height, batch_size, sampler_name } = job.request;
  return [job.checkpoint.name, `${width}x${height}x${batch_size}`, sampler_name].join('|');
}

/** What a finished job teaches about the next one like it; null where it took no steps. */
export function speedOf(job: PictureJob, done: DoneMessage): Speed | null {
  const { steps, n_iter } = job.request;
  if (done.outcome !== 'complete' || done.timings.sampleMs <= 0) return null;
  const { sampleMs, conditionMs, decodeMs, saveMs } = done.timings;
  return {
    stepMs: sampleMs / (steps * n_iter),
    restMs: (conditionMs + decodeMs + saveMs) / n_iter,
  };
}
