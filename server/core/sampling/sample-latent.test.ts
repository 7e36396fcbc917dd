import { describe, expect, it } from 'vitest';
import { predictEps } from '../../../tests/support/analytic-models.ts';
import { goldenJson, goldenTensors, maxDifference } from '../../../tests/support/golden.ts';
import { goldenNoiseModel } from '../../../tests/support/noise-models.ts';
import type { Tensor } from '../tensor.ts';
import { combineGuidance } from './guidance.ts';
import { createImageNoise, type RandnSource } from './noise/image-noise.ts';
import { planSampling } from './plan.ts';
import { resolveSampler, resolveScheduler } from './resolve.ts';
import { sampleLatent } from './sample-latent.ts';
import { samplingSettings } from './settings.ts';

interface Case {
  id: string;
  sampler: string;
  model: string;
  scheduler: string;
  steps: number;
  seeds: number[];
  cfg_scale: number;
  prompt: string | string[];
  negative: string;
  mode: 'txt2img' | 'img2img';
  denoising_strength: number | null;
  eta: number | null;
  options: Record<string, number | boolean | string>;
  subseeds: number[] | null;
  subseed_strength: number;
  mask: boolean;
  steps_arg: number | null;
  s_min_uncond: number;
  infotext: Record<string, unknown>;
  prompt_schedule_total_steps: number;
  sigmas_used?: number[];
  timesteps_used?: number[];
}

const { cases } = goldenJson<{ cases: Case[] }>('samplers/a1111_pipeline_cases.json');
const tensors = goldenTensors('samplers/a1111_pipeline.safetensors');
const SAMPLING_OPTIONS = new Set([
  ...['eta_noise_seed_delta', 'randn_source', 'sgm_noise_multiplier', 's_churn', 's_noise', 's_tmax'],
  ...['enable_quantization', 'img2img_fix_steps'],
]);

/** Plain prompts and the options that this room knows. */
function isPlain(entry: Case): boolean {
  return (
    !entry.mask &&
    entry.s_min_uncond === 0 &&
    !Array.isArray(entry.prompt) &&
    ['sd15', 'sdxl'].includes(entry.model) &&
    Object.keys(entry.options).every((key) => SAMPLING_OPTIONS.has(key)) &&
    resolveSampler(entry.sampler).found?.sampler.name === entry.sampler &&
    resolveScheduler(entry.scheduler).found !== undefined
  );
}

function planOf(entry: Case) {
  return planSampling({
    sampler: resolveSampler(entry.sampler).found!.sampler,
    scheduler: resolveScheduler(entry.scheduler).found!,
    steps: entry.steps,
    model: goldenNoiseModel(entry.model, entry.options.enable_quantization === true),
    settings: samplingSettings(entry.options),
    ...(entry.eta === null ? {} : { eta: entry.eta }),
    ...(entry.mode === 'txt2img'
      ? {}
      : {
          img2img: {
            denoisingStrength: entry.denoising_strength!,
            fixSteps: entry.options.img2img_fix_steps === true,
            ...(entry.steps_arg === null ? {} : { exactSteps: entry.steps_arg }),
          },
        }),
  });
}

function noiseOf(entry: Case, [, ...shape]: readonly number[]) {
  return createImageNoise({
    source: String(entry.options.randn_source ?? 'CPU').toLowerCase() as RandnSource,
    shape: shape as [number, number, number],
    seeds: entry.seeds,
    ...(entry.subseeds ? { subseeds: entry.subseeds } : {}),
    subseedStrength: entry.subseed_strength,
    etaNoiseSeedDelta: Number(entry.options.eta_noise_seed_delta ?? 0),
  });
}

async function paint(entry: Case): Promise<{ noise: Tensor; out: Tensor; calls: number }> {
  const plan = planOf(entry);
  const initLatent = tensors.get(`${entry.id}/init_latent`);
  const noiseSource = noiseOf(entry, tensors.get(`${entry.id}/noise0`)!.shape);
  const noise = noiseSource.next();
  let calls = 0;
  const out = await sampleLatent({
    plan,
    noise,
    noiseSource,
    ...(initLatent ? { initLatent } : {}),
    async predict({ x, timestep, call }) {
      expect(call).toBe(calls++);
      const cond = predictEps(x, timestep, Number(entry.prompt));
      return combineGuidance(predictEps(x, timestep, Number(entry.negative)), cond, entry.cfg_scale);
    },
  });
  return { noise, out, calls };
}

describe('sampling as A1111 runs it', () => {
  it.each(cases.filter(isPlain))('$id $mode', async (entry) => {
    const plan = planOf(entry);
    const expectedLevels = entry.sigmas_used ?? entry.timesteps_used!;
    const levels = plan.timesteps ?? plan.sigmas;
    expect(maxDifference(levels, expectedLevels)).toBeLessThanOrEqual(1e-5 * Math.max(...expectedLevels));
    expect(plan.infotext).toEqual(entry.infotext);
    expect(plan.promptSteps).toBe(entry.prompt_schedule_total_steps);

    const { noise, out } = await paint(entry);
    expect(maxDifference(noise.data, tensors.get(`${entry.id}/noise0`)!.data)).toBeLessThanOrEqual(4e-6);
    const expected = tensors.get(`${entry.id}/out`)!;
    const scale = expected.data.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    expect(maxDifference(out.data, expected.data)).toBeLessThanOrEqual(1e-4 * scale);
  });
});

describe('sampleLatent', () => {
  const entry = cases.find(({ id }) => id.startsWith('Euler@'))!;

  it('ends with the picture of the last step when told to stop', async () => {
    const plan = planOf(entry);
    const noiseSource = noiseOf(entry, [1, 4, 2, 2]);
    const seen: Tensor[] = [];
    const out = await sampleLatent({
      plan,
      noise: noiseSource.next(),
      noiseSource,
      predict: async ({ x, timestep }) => predictEps(x, timestep, 0),
      onStep: async ({ denoised, next }) => {
        seen.push(denoised);
        return next;
      },
      shouldStop: () => seen.length === 3,
    });
    expect(seen).toHaveLength(3);
    expect(out).toBe(seen[2]);
  });

  it.each(['Euler', 'DDIM'])('%s goes on with what onStep returns', async (name) => {
    const plan = planOf({ ...entry, sampler: name });
    const noiseSource = noiseOf(entry, [1, 4, 2, 2]);
    const out = await sampleLatent({
      plan,
      noise: noiseSource.next(),
      noiseSource,
      predict: async ({ x, timestep }) => predictEps(x, timestep, 0),
      onStep: async ({ next }) => ({ data: next.data.map(() => 0.25), shape: next.shape }),
    });
    expect(new Set(out.data)).toEqual(new Set([0.25]));
  });

  it('lets an error of the model through', async () => {
    const noiseSource = noiseOf(entry, [1, 4, 2, 2]);
    const predict = async () => {
      throw new Error('the model is gone');
    };
    const run = sampleLatent({ plan: planOf(entry), noise: noiseSource.next(), noiseSource, predict });
    await expect(run).rejects.toThrow('the model is gone');
  });

  it('shows the model both scales of x', async () => {
    const noiseSource = noiseOf(entry, [1, 4, 2, 2]);
    await sampleLatent({
      plan: planOf(entry),
      noise: noiseSource.next(),
      noiseSource,
      predict: async ({ x, xSigma, sigma, timestep }) => {
        expect(x.data[0]! * Math.sqrt(sigma ** 2 + 1)).toBeCloseTo(xSigma.data[0]!, 4);
        expect(goldenNoiseModel('sd15').tToSigma(timestep) / sigma).toBeCloseTo(1, 5);
        return predictEps(x, timestep, 0);
      },
    });
  });
});
