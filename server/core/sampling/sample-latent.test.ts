import { describe, expect, it } from 'vitest';
import { predictEps } from '../../../tests/support/analytic-models.ts';
import { goldenJson, goldenTensors, maxDifference } from '../../../tests/support/golden.ts';
import { goldenNoiseModel } from '../../../tests/support/noise-models.ts';
import { itemOf, type Tensor } from '../tensor.ts';
import { combineWeightedGuidance, uncondSkipped } from './guidance.ts';
import { createImageNoise, type RandnSource } from './noise/image-noise.ts';
import { planSampling, type SamplingPlan } from './plan.ts';
import { resolveSampler, resolveScheduler } from './resolve.ts';
import { type Predict, type PredictInput, sampleLatent } from './sample-latent.ts';
import { SAMPLERS } from './samplers/index.ts';
import { SCHEDULERS } from './schedulers/index.ts';
import { type InfotextFields, samplingSettings } from './settings.ts';

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
  rng_draws_after_first: number;
  infotext: Record<string, unknown>;
  prompt_schedule_total_steps: number;
  sigmas_used?: number[];
  timesteps_used?: number[];
}

const { cases } = goldenJson<{ cases: Case[] }>('samplers/a1111_pipeline_cases.json');
const tensors = goldenTensors('samplers/a1111_pipeline.safetensors');

/** Prompts that are more than a number, as they read at a model call: c of each part joined with AND, and its weight. */
const PROMPTS: Record<string, (call: number) => [c: number, weight: number][]> = {
  '0.7 AND 0.2 :0.5 AND -0.9:1.3': () => [
    [0.7, 1],
    [0.2, 0.5],
    [-0.9, 1.3],
  ],
  // A part holds up to and including the call of its number; second-order samplers make two calls a step.
  '[0.7:-0.4:0.5]': (call) => [[call <= 4 ? 0.7 : -0.4, 1]],
  '[0.7:-0.4:4]': (call) => [[call <= 4 ? 0.7 : -0.4, 1]],
  '[0.1|0.9]': (call) => [[Math.max(call, 1) % 2 === 1 ? 0.1 : 0.9, 1]],
  'DPM++ SDE@65': (call) => [[call <= 6 ? 0.7 : -0.4, 1]],
};

function promptAt(entry: Case, picture: number, call: number): [number, number][] {
  const text = Array.isArray(entry.prompt) ? entry.prompt[picture]! : entry.prompt;
  const schedule = PROMPTS[entry.id] ?? PROMPTS[text];
  return schedule ? schedule(call) : [[Number(text), 1]];
}

/** 1 where a mask case repaints: rows 2 to 5 and half of row 6, columns 1 to 4. */
function maskOf({ mask }: Case): Tensor | undefined {
  if (!mask) return undefined;
  const data = new Float32Array(64);
  for (let row = 2; row < 7; row++) data.fill(row === 6 ? 0.5 : 1, row * 8 + 1, row * 8 + 5);
  return { data, shape: [8, 8] };
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

/** The network's output for one picture: noise or velocity, as the model predicts. */
function networkAt({ x, timestep }: PredictInput, picture: number, c: number): Tensor {
  return predictEps(itemOf(x, picture), timestep, c);
}

function predictorOf(entry: Case, plan: SamplingPlan, infotext: InfotextFields): Predict {
  const rules = {
    skipEarly: Number(entry.options.skip_early_cond ?? 0),
    minSigma: entry.s_min_uncond,
    allSteps: entry.options.s_min_uncond_all === true,
    totalCalls: plan.promptSteps,
  };
  return async (input) => {
    const skipped = uncondSkipped(rules, input.call, plan.timesteps ? input.timestep : input.sigma);
    Object.assign(infotext, skipped);
    const pictures = entry.seeds.map((_, picture) => {
      const parts = promptAt(entry, picture, input.call).map(([c, weight]) => ({
        weight,
        prediction: networkAt(input, picture, c),
      }));
      const uncond = skipped ? parts[0]!.prediction : networkAt(input, picture, Number(entry.negative));
      return { uncond, guided: combineWeightedGuidance(uncond, parts, entry.cfg_scale) };
    });
    const join = (items: Tensor[]) => ({
      data: Float32Array.from(items.flatMap(({ data }) => [...data])),
      shape: input.x.shape,
    });
    return {
      guided: join(pictures.map(({ guided }) => guided)),
      uncond: join(pictures.map(({ uncond }) => uncond)),
    };
  };
}

async function paint(entry: Case) {
  const plan = planOf(entry);
  const initLatent = tensors.get(`${entry.id}/init_latent`);
  const mask = maskOf(entry);
  const noiseSource = noiseOf(entry, tensors.get(`${entry.id}/noise0`)!.shape);
  const noise = noiseSource.next();
  const later: Tensor[] = [];
  const infotext: InfotextFields = { ...plan.infotext };
  const out = await sampleLatent({
    plan,
    noise,
    noiseSource: {
      ...noiseSource,
      next() {
        later.push(noiseSource.next());
        return later.at(-1)!;
      },
    },
    predict: predictorOf(entry, plan, infotext),
    ...(initLatent ? { initLatent } : {}),
    ...(mask ? { mask } : {}),
  });
  return { plan, noise, later, out, infotext };
}

function largest({ data }: Tensor): number {
  return data.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
}

describe('sampling as A1111 runs it', () => {
  it.each(cases)('$id $model $mode', async (entry) => {
    const { plan, noise, later, out, infotext } = await paint(entry);
    const expectedLevels = entry.sigmas_used ?? entry.timesteps_used!;
    const levels = plan.timesteps ?? plan.sigmas;
    expect(maxDifference(levels, expectedLevels)).toBeLessThanOrEqual(1e-5 * Math.max(...expectedLevels));
    expect(infotext).toEqual(entry.infotext);
    expect(plan.promptSteps).toBe(entry.prompt_schedule_total_steps);
    expect(later).toHaveLength(entry.rng_draws_after_first);

    expect(maxDifference(noise.data, tensors.get(`${entry.id}/noise0`)!.data)).toBeLessThanOrEqual(2e-6);
    const expected = tensors.get(`${entry.id}/out`)!;
    const scale = Math.max(largest(expected), largest(noise));
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

describe('every sampler with every scheduler', () => {
  const model = goldenNoiseModel('sd15');
  // Rectified-flow samplers take sigmas of 0 to 1 only.
  const diffusion = SAMPLERS.filter(({ name }) => !name.endsWith(' RF'));

  it.each(diffusion.map((sampler) => ({ sampler })))(
    '$sampler.name paints in 1, 2 and 7 steps',
    async ({ sampler }) => {
      for (const scheduler of SCHEDULERS) {
        for (const steps of [1, 2, 7]) {
          const plan = planSampling({ sampler, scheduler, steps, model });
          const noiseSource = createImageNoise({ source: 'cpu', shape: [4, 3, 2], seeds: [steps, 99] });
          const out = await sampleLatent({
            plan,
            noise: noiseSource.next(),
            noiseSource,
            predict: async ({ x, timestep }) => predictEps(x, timestep, 0.3),
          });
          expect(out.shape).toEqual([2, 4, 3, 2]);
          expect(out.data.every(Number.isFinite), `${scheduler.label}, ${steps} steps`).toBe(true);
        }
      }
    },
  );

  it.each(diffusion.map((sampler) => ({ sampler })))(
    '$sampler.name gives a picture of a batch the latent that it has alone',
    async ({ sampler }) => {
      const plan = planSampling({ sampler, scheduler: SCHEDULERS[0]!, steps: 5, model });
      const paintSeeds = async (seeds: number[]) => {
        const noiseSource = createImageNoise({ source: 'cpu', shape: [4, 4, 4], seeds });
        const predict: Predict = async ({ x, timestep }) => predictEps(x, timestep, 0.3);
        return sampleLatent({ plan, noise: noiseSource.next(), noiseSource, predict });
      };
      const batch = await paintSeeds([11, 12, 13]);
      const alone = await paintSeeds([12]);
      // The adaptive solver measures the error of the whole batch, as its reference does.
      if (sampler.name !== 'DPM adaptive') expect(itemOf(batch, 1).data).toEqual(alone.data);
    },
  );
});
