import { expect, it } from 'vitest';
import { createProgressMeter } from './progress-meter.ts';

const message = (phase: string, step: number, batch = 0) => ({
  type: 'progress' as const,
  jobId: 'j',
  fence: 1,
  phase,
  step,
  steps: 10,
  batch,
  batches: 2,
});

it('measures steps, not the loading before them', () => {
  const meter = createProgressMeter(null);
  expect(meter.update(message('loading', 0), 0).etaSeconds).toBeNull();
  expect(meter.update(message('sampling', 1), 60_000).etaSeconds).toBeNull();
  expect(meter.speed()).toBeNull();
  const { etaSeconds, fraction } = meter.update(message('sampling', 2), 61_000);
  expect(meter.speed()).toEqual({ stepMs: 1000, restMs: null });
  expect(etaSeconds).toBe(18);
  expect(fraction).toBeCloseTo(0.01 + 0.98 * 0.1);
});

it('does not take the decoding between batches for a step', () => {
  const meter = createProgressMeter(null);
  meter.update(message('sampling', 9), 0);
  meter.update(message('sampling', 10), 100);
  expect(meter.update(message('decoding', 0), 150)).toMatchObject({ step: 10, etaSeconds: 1 });
  meter.update(message('reading the prompt', 0, 1), 8_000);
  meter.update(message('sampling', 1, 1), 9_000);
  expect(meter.speed()?.stepMs).toBe(100);
});

it('follows a machine that slows down', () => {
  const meter = createProgressMeter(null);
  for (const [step, at] of [
    [1, 0],
    [2, 100],
    [3, 300],
  ] as const)
    meter.update(message('sampling', step), at);
  expect(meter.speed()?.stepMs).toBeCloseTo(130);
});

it('knows the time to the end at once from an earlier job, decoding included', () => {
  const meter = createProgressMeter({ stepMs: 500, restMs: 2000 });
  expect(meter.update(message('loading', 0), 0).etaSeconds).toBe(14);
  meter.update(message('sampling', 10, 1), 0);
  expect(meter.update(message('decoding', 0, 1), 0).etaSeconds).toBe(2);
});

it('never goes back', () => {
  const meter = createProgressMeter(null);
  meter.update(message('sampling', 10), 0);
  expect(meter.update(message('loading', 0), 1).fraction).toBeCloseTo(0.5);
});
