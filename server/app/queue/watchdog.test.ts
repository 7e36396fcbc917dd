import { describe, expect, it } from 'vitest';
import { pictureRequest } from '#contracts/request.ts';
import type { Speed } from './progress-meter.ts';
import { createWatch, patienceMs, silenceBudgetMs, type Verdict } from './watchdog.ts';

const request = pictureRequest.parse({});
const FAST: Speed = { stepMs: 100, restMs: 100 };
const SLOW: Speed = { stepMs: 20_000, restMs: 30_000 };

/** Ticks each second from `from` s; the first verdict that is not fine, with its second. */
function firstVerdict(watch: ReturnType<typeof createWatch>, speed: Speed | null, seconds: number, from = 0) {
  for (let s = from; s <= from + seconds; s++) {
    const verdict: Verdict = watch.tick(s * 1000, speed);
    if (verdict !== 'fine') return { verdict, after: s - from };
  }
  return null;
}

describe('patience after a wish', () => {
  it('is ten seconds or three steps', () => {
    expect(patienceMs('cancel', FAST)).toBe(10_000);
    expect(patienceMs('cancel', SLOW)).toBe(60_000);
  });
  it('leaves an interrupt the time to decode', () => {
    expect(patienceMs('interrupt', SLOW)).toBe(90_000);
    expect(patienceMs('interrupt', { stepMs: 100, restMs: null })).toBe(60_000);
  });
  it('ends when the engine steps on as if nothing was said', () => {
    const watch = createWatch(request);
    watch.tick(0, FAST);
    watch.asked('interrupt');
    for (let s = 1; s <= 10; s++) {
      watch.sign(true);
      expect(watch.tick(s * 1000, FAST)).toBe('fine');
    }
    watch.sign(true);
    expect(watch.tick(11_000, FAST)).toBe('disobeys');
  });
  it('starts over when an interrupted engine decodes, not when a cancelled one does', () => {
    for (const kind of ['interrupt', 'cancel'] as const) {
      const watch = createWatch(request);
      watch.tick(0, FAST);
      watch.asked(kind);
      expect(firstVerdict(watch, FAST, 8, 1)).toBeNull();
      watch.sign(false);
      expect(firstVerdict(watch, FAST, 5, 10)?.verdict ?? 'fine').toBe(
        kind === 'cancel' ? 'disobeys' : 'fine',
      );
    }
  });
});

describe('silence', () => {
  it('of ten minutes is allowed to a small picture, far more to a large one', () => {
    expect(silenceBudgetMs(request, FAST)).toBe(600_000);
    expect(silenceBudgetMs({ ...request, width: 1024, height: 1024 }, FAST)).toBe(9_600_000);
    expect(silenceBudgetMs(request, { stepMs: 60_000, restMs: null })).toBe(1_200_000);
  });
  it('beyond the budget is a stuck engine', () => {
    expect(firstVerdict(createWatch(request), FAST, 700)).toEqual({ verdict: 'stuck', after: 601 });
  });
  it('of a machine that slept is none', () => {
    const watch = createWatch(request);
    watch.tick(0, FAST);
    expect(watch.tick(8 * 3_600_000, FAST)).toBe('fine');
  });
});
