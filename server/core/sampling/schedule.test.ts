import { describe, expect, it } from 'vitest';
import { goldenJson } from '../../../tests/support/golden.ts';
import { goldenNoiseModel } from '../../../tests/support/noise-models.ts';
import { planSampling } from './plan.ts';
import { resolveSampler, resolveScheduler } from './resolve.ts';
import { scheduleSigmas, scheduleTimesteps } from './schedule.ts';
import { DEFAULT_SETTINGS, samplingSettings } from './settings.ts';

interface SigmaCase {
  model: string;
  sampler: string;
  scheduler: string;
  n: number;
  opts: Record<string, number | boolean>;
  sigmas: number[];
  infotext: Record<string, unknown>;
}

type SchedulerCase = Pick<SigmaCase, 'model' | 'scheduler' | 'n' | 'sigmas'>;

interface StepCase {
  sampler: string;
  n: number;
  opts?: Record<string, boolean>;
  timesteps?: number[];
  sigmas?: number[];
}

const golden = goldenJson<{ cases: SigmaCase[] }>('schedules/a1111_sigmas.json').cases;
const forge = goldenJson<{ cases: SchedulerCase[] }>('schedules/forge_extra_sigmas.json').cases;
const stepCases = goldenJson<{ cases: StepCase[] }>('schedules/lcm_and_timesteps.json').cases;

/** Largest difference, relative to each value; the tables compare at 1e-5. */
function relativeError(actual: readonly number[], expected: readonly number[]): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  return Math.max(...expected.map((value, i) => Math.abs(actual[i]! - value) / (Math.abs(value) || 1)));
}

describe('sigmas', () => {
  it.each(golden.map((entry) => ({ ...entry, options: JSON.stringify(entry.opts) })))(
    '$model $sampler, $scheduler, $n steps $options',
    ({ model, sampler, scheduler, n, opts, sigmas, infotext }) => {
      const result = scheduleSigmas({
        sampler: resolveSampler(sampler).found!.sampler,
        scheduler: resolveScheduler(scheduler).found!,
        steps: n,
        model: goldenNoiseModel(model, opts.enable_quantization === true),
        settings: samplingSettings(opts),
      });
      expect(relativeError(result.sigmas, sigmas)).toBeLessThanOrEqual(1e-5);
      expect(result.infotext).toEqual(infotext);
    },
  );
});

describe('sigmas of Forge', () => {
  it.each(forge)('$model $scheduler, $n steps', ({ model: name, scheduler, n, sigmas }) => {
    const model = goldenNoiseModel(name);
    const { sigmaMin, sigmaMax } = model;
    const result = resolveScheduler(scheduler).found!.sigmas({ steps: n, model, sigmaMin, sigmaMax });
    expect(relativeError(result, sigmas)).toBeLessThanOrEqual(1e-5);
  });
});

describe('sigmas to the last bit', () => {
  // The times of Brownian paths are rounded to 1e-6: there a last bit shows in the picture.
  const exact = ['Automatic', 'Uniform', 'Karras', 'Exponential', 'Polyexponential', 'SGM Uniform', 'Normal'];
  it.each(exact)('%s', (scheduler) => {
    const entries = golden.filter((entry) => entry.model === 'sd15' && entry.scheduler === scheduler);
    for (const { sampler, n, opts, sigmas } of entries) {
      const result = scheduleSigmas({
        sampler: resolveSampler(sampler).found!.sampler,
        scheduler: resolveScheduler(scheduler).found!,
        steps: n,
        model: goldenNoiseModel('sd15', opts.enable_quantization === true),
        settings: samplingSettings(opts),
      });
      expect(result.sigmas).toEqual(sigmas.map(Math.fround));
    }
  });
});

describe('LCM', () => {
  it.each(stepCases.filter(({ sigmas }) => sigmas))('$n steps', ({ n, sigmas }) => {
    const { sampler } = resolveSampler('LCM').found!;
    const scheduler = resolveScheduler('Automatic').found!;
    const plan = planSampling({ sampler, scheduler, steps: n, model: goldenNoiseModel('sd15') });
    expect(relativeError(plan.sigmas, sigmas!)).toBeLessThanOrEqual(1e-5);
  });
});

describe('timesteps', () => {
  it.each(stepCases.filter(({ timesteps }) => timesteps))(
    '$sampler, $n steps $opts',
    ({ sampler, n, opts, timesteps }) => {
      const result = scheduleTimesteps(
        resolveSampler(sampler).found!.sampler,
        n,
        samplingSettings(opts ?? {}),
      );
      expect(result.timesteps).toEqual(timesteps);
    },
  );

  it('stays within the table for as many steps as there are timesteps, and more', () => {
    const { sampler } = resolveSampler('DDIM').found!;
    expect(scheduleTimesteps(sampler, 1000, DEFAULT_SETTINGS).timesteps).toHaveLength(1000);
    expect(scheduleTimesteps(sampler, 5000, DEFAULT_SETTINGS).timesteps.at(-1)).toBe(999);
  });
});
