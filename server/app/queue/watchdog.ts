/**
 * When an engine is ended. onnxruntime blocks the engine's loop for a whole model call, so silence is normal: budgets
 * come from measured times and err on the generous side. Pure: time comes in.
 */
import type { PictureRequest } from '#contracts/request.ts';
import type { Speed } from './progress-meter.ts';

export type Verdict = 'fine' | 'disobeys' | 'stuck';

export interface Watch {
  /** Any message of the running job. `step`: a sampler step was finished. */
  sign(step: boolean): void;
  /** The engine was told to interrupt or cancel. */
  asked(kind: 'interrupt' | 'cancel'): void;
  /** To be called about every `TICK_MS`. */
  tick(nowMs: number, speed: Speed | null): Verdict;
}

export const TICK_MS = 1000;
const LEAST_PATIENCE_MS = 10_000;
/** After an interrupt the batch is decoded and saved; how long that takes may not be known yet. */
const UNMEASURED_PATIENCE_MS = 60_000;
const MEASURED_FACTOR = 3;
const UNMEASURED_REST_STEPS = 10;
const STUCK_LEAST_MS = 600_000;
const STUCK_STEPS = 20;
const USUAL_PIXELS = 512 * 512;

/** How long an engine may go on after an interrupt or a cancel. */
export function patienceMs(kind: 'interrupt' | 'cancel', speed: Speed | null): number {
  if (speed === null) return UNMEASURED_PATIENCE_MS;
  const step = MEASURED_FACTOR * speed.stepMs;
  if (kind === 'cancel') return Math.max(LEAST_PATIENCE_MS, step);
  const rest =
    speed.restMs === null
      ? Math.max(UNMEASURED_PATIENCE_MS, UNMEASURED_REST_STEPS * speed.stepMs)
      : MEASURED_FACTOR * speed.restMs;
  return Math.max(LEAST_PATIENCE_MS, step, rest);
}

/** How long a running job may be silent. Attention grows with the square of the pixels, and so does the budget. */
export function silenceBudgetMs(request: PictureRequest, speed: Speed | null): number {
  const load = Math.max(1, (request.width * request.height * request.batch_size) / USUAL_PIXELS);
  return Math.max(
    STUCK_LEAST_MS * load ** 2,
    STUCK_STEPS * (speed?.stepMs ?? 0),
    STUCK_STEPS * (speed?.restMs ?? 0),
  );
}

export function createWatch(request: PictureRequest): Watch {
  let silentMs = 0;
  let asked: { kind: 'interrupt' | 'cancel'; forMs: number } | null = null;
  let lastTick: number | null = null;

  return {
    sign(step) {
      silentMs = 0;
      // An interrupted engine that decodes and saves obeys; one that goes on sampling does not. After a cancel
      // there is nothing left to do that would be a sign of obeying.
      if (asked?.kind === 'interrupt' && !step) asked.forMs = 0;
    },
    asked(kind) {
      asked = { kind, forMs: 0 };
    },
    tick(nowMs, speed) {
      // A laptop that slept is not an engine that hung: a tick counts for little more than its due time.
      const passed = lastTick === null ? 0 : Math.min(nowMs - lastTick, 2 * TICK_MS);
      lastTick = nowMs;
      silentMs += passed;
      if (asked !== null) {
        asked.forMs += passed;
        if (asked.forMs > patienceMs(asked.kind, speed)) return 'disobeys';
      }
      return silentMs > silenceBudgetMs(request, speed) ? 'stuck' : 'fine';
    },
  };
}
