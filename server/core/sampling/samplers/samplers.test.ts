import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { denoiseFlow, denoiseSigma, predictEps } from '../../../../tests/support/analytic-models.ts';
import { goldenJson, goldenTensors, maxDifference } from '../../../../tests/support/golden.ts';
import { goldenNoiseModel } from '../../../../tests/support/noise-models.ts';
import { itemOf, type Tensor } from '../../tensor.ts';
import { createBrownianNoise } from '../noise/brownian-tree.ts';
import { samplingSettings, uniPcOptions } from '../settings.ts';
import type { NoiseSource, OnStep, Sampler, SamplerOptions, StepInfo } from '../types.ts';
import { createDeis } from './deis.ts';
import { createDpmAdaptive } from './dpm-adaptive.ts';
import { createDpmppSde } from './dpmpp-sde.ts';
import { SAMPLERS } from './index.ts';
import { createIpndm } from './ipndm.ts';
import { createIpndmV } from './ipndm-v.ts';
import { createLms } from './lms.ts';
import { createRestart } from './restart.ts';

interface Case {
  id: string;
  sampler: string;
  n: number;
  kwargs: Record<string, unknown>;
  denoiser?: string;
  noise_kind?: string;
  noise_intervals?: { sigma: number; sigma_next: number }[];
  brownian?: { seed: number; sigma_min: number; sigma_max: number };
  sigmas?: number[] | null;
  sigma_min?: number;
  sigma_max?: number;
  timesteps?: number[];
  steps?: { sigma: number; sigma_hat: number }[];
  model_call_sigmas?: number[];
  model_call_timesteps?: number[];
  options?: Record<string, unknown>;
  denoised_null_at?: number[];
}

const kdiffusion = goldenJson<{ cases: Case[] }>('samplers/kdiffusion_cases.json').cases;
const forge = goldenJson<{ cases: Case[] }>('samplers/forge_extra_cases.json').cases;
const tensors = new Map([
  ...goldenTensors('samplers/kdiffusion_trajectories.safetensors'),
  ...goldenTensors('samplers/forge_extra.safetensors'),
]);
const model = goldenNoiseModel('sd15');

const tensorOf = (id: string, name: string) => tensors.get(`${id}/${name}`)!;
const largest = (tensor: Tensor) => tensor.data.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
const numberOf = (value: unknown, standard: number) => (typeof value === 'number' ? value : standard);

/** The sampler of a case, with the parameters that only the function behind it has. */
function samplerOf({ sampler, kwargs }: Case): Sampler {
  const {
    order,
    max_order,
    r,
    restart_list: restarts,
  } = kwargs as Record<string, number | undefined> & {
    restart_list?: Record<string, [number, number, number]>;
  };
  if (order && sampler === 'LMS') return createLms(order);
  if (max_order && sampler === 'IPNDM') return createIpndm(max_order);
  if (max_order && sampler === 'IPNDM_V') return createIpndmV(max_order);
  if (max_order && sampler === 'DEIS') return createDeis(max_order);
  if (r && sampler === 'DPM++ SDE') return createDpmppSde(r);
  if (sampler === 'DPM adaptive') return adaptiveOf(kwargs);
  if (restarts) {
    const list = Object.entries(restarts).map(([at, [steps, times, upTo]]) => ({
      at: Number(at),
      steps,
      times,
      upTo,
    }));
    return createRestart(list);
  }
  // "… flow": the plain sampler with a rectified-flow model.
  const name = sampler.replace(/ flow$/, '');
  return SAMPLERS.find((item) => item.name === name)!;
}

function adaptiveOf(kwargs: Record<string, unknown>): Sampler {
  const names = { rtol: 'rtol', atol: 'atol', order: 'order', pcoeff: 'proportional', icoeff: 'integral' };
  const changes = Object.entries(names).flatMap(([key, name]) =>
    key in kwargs ? [[name, kwargs[key]]] : [],
  );
  return createDpmAdaptive(Object.fromEntries(changes));
}

function optionsOf({ kwargs }: Case, sampler: Sampler): SamplerOptions {
  const isOwnRange = ['DPM fast', 'DPM adaptive'].includes(sampler.name);
  return {
    eta: numberOf(kwargs.eta, sampler.kind === 'timestep' || isOwnRange ? 0 : 1),
    sChurn: numberOf(kwargs.s_churn, 0),
    sTmin: numberOf(kwargs.s_tmin, 0),
    sTmax: numberOf(kwargs.s_tmax, Number.POSITIVE_INFINITY),
    sNoise: numberOf(kwargs.s_noise, 1),
  };
}

interface Replay extends NoiseSource {
  drawn: number;
  intervals: [number, number][];
}

/** Gives the recorded draws in order. */
function replay({ id, noise_kind }: Case): Replay {
  const noise = tensors.get(`${id}/noise`);
  const next = () => itemOf(noise!, source.drawn++);
  const source: Replay = { drawn: 0, intervals: [], next };
  if (noise_kind === 'brownian') {
    source.between = (sigma, sigmaNext) => {
      source.intervals.push([sigma, sigmaNext]);
      return next();
    };
  }
  return source;
}

async function run(entry: Case, noise: NoiseSource, onStep: OnStep) {
  const sampler = samplerOf(entry);
  const calls: number[] = [];
  const common = { x: tensorOf(entry.id, 'x_init'), noise, options: optionsOf(entry, sampler), onStep };
  if (sampler.kind === 'sigma') {
    const denoise = entry.denoiser === 'D_flow' ? denoiseFlow : denoiseSigma;
    const { sigmas, sigma_min: sigmaMin, sigma_max: sigmaMax } = entry;
    const final = await sampler.sample({
      ...common,
      sigmas: (sigmas ?? []).map(Math.fround),
      ...(sigmaMin && sigmaMax ? { range: { sigmaMin, sigmaMax, calls: entry.n } } : {}),
      model: async (x, sigma) => {
        calls.push(sigma);
        return denoise(x, sigma);
      },
    });
    return { sampler, calls, final };
  }
  let lastUncond: Tensor | undefined;
  const final = await sampler.sample({
    ...common,
    timesteps: entry.timesteps!,
    alphasCumprod: model.alphasCumprod,
    model: async (x, t) => {
      calls.push(t);
      lastUncond = predictEps(x, t, -0.6);
      return predictEps(x, t, 0);
    },
    lastUncond: () => lastUncond!,
    isImg2img: entry.kwargs.is_img2img === true,
    uniPc: uniPcOptions(samplingSettings(entry.options ?? {})),
  });
  return { sampler, calls, final };
}

/** What the reference's callback reports as x: some report it after the step, the IPNDM family never changes it. */
function reportedX(sampler: Sampler, info: StepInfo, start: Tensor): Tensor {
  if (['IPNDM', 'IPNDM_V', 'DEIS'].includes(sampler.name)) return start;
  return sampler.kind === 'timestep' || sampler.name === 'DPM adaptive' ? info.next : info.x;
}

/** What it reports as sigma and sigma_hat. */
function reportedSigmas(sampler: Sampler, info: StepInfo): [number, number] {
  if (sampler.name === 'DPM adaptive') return [info.sigmaNext, info.sigmaNext];
  return sampler.name === 'Restart' ? [info.sigmaNext, info.sigmaHat] : [info.sigma, info.sigmaHat];
}

function expectClose(actual: readonly number[], expected: readonly number[], sampler: Sampler) {
  // The adaptive solver's step sizes follow from differences in the last bits of the model's own arithmetic.
  const tolerance = sampler.name === 'DPM adaptive' ? 1e-3 : 1e-5;
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => {
    expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(tolerance * Math.max(expected[i]!, 1e-3));
  });
}

describe('sampler trajectories', () => {
  it.each([...kdiffusion, ...forge])('$id', async (entry) => {
    const noise = replay(entry);
    const infos: StepInfo[] = [];
    const { sampler, calls, final } = await run(entry, noise, async (info) => {
      infos.push(info);
      return info.next;
    });
    const x = tensors.get(`${entry.id}/x`);
    const denoised = tensors.get(`${entry.id}/denoised`);
    const tolerance = 1e-4 * largest(x ?? tensorOf(entry.id, 'x_init'));

    expect(maxDifference(final.data, tensorOf(entry.id, 'x_final').data)).toBeLessThanOrEqual(tolerance);
    expect(infos.map(({ step }) => step)).toEqual(infos.map((_, i) => i));
    if (x) expect(infos).toHaveLength(x.shape[0]!);
    infos.forEach((info, i) => {
      const seen = reportedX(sampler, info, tensorOf(entry.id, 'x_init'));
      if (x) expect(maxDifference(seen.data, itemOf(x, i).data)).toBeLessThanOrEqual(tolerance);
      if (!denoised || entry.denoised_null_at?.includes(i)) return;
      expect(maxDifference(info.denoised.data, itemOf(denoised, i).data)).toBeLessThanOrEqual(tolerance);
    });

    expect(noise.drawn).toBe(tensors.get(`${entry.id}/noise`)?.shape[0] ?? 0);
    expectClose(calls, entry.model_call_sigmas ?? entry.model_call_timesteps ?? [], sampler);
    if (entry.steps) {
      const levels = infos.flatMap((info) => reportedSigmas(sampler, info));
      expectClose(
        levels,
        entry.steps.flatMap(({ sigma, sigma_hat }) => [sigma, sigma_hat]),
        sampler,
      );
    }
    // A Brownian path's times are rounded to 1e-6: the levels must be the reference's own float32 numbers.
    const intervals = entry.noise_intervals?.map(({ sigma, sigma_next }) => [sigma, sigma_next]) ?? [];
    if (noise.intervals.length > 0) expect(noise.intervals).toEqual(intervals);
  });

  it.each(SAMPLERS.map((sampler) => ({ sampler })))(
    '$sampler.name goes on with what onStep returns',
    async ({ sampler }) => {
      const all = [...kdiffusion, ...forge];
      const entry = all.find((item) => item.sampler === sampler.name) ?? {
        ...all[0]!,
        sampler: sampler.name,
      };
      const flat = (x: Tensor) => ({ data: x.data.map(() => 0.25), shape: x.shape });
      const seen: number[] = [];
      const { final } = await run(entry, replay(entry), async ({ step, x, next }) => {
        if (step > 0 && sampler.name !== 'Restart') seen.push(x.data[0]!);
        return flat(next);
      });
      expect(new Set(final.data)).toEqual(new Set([0.25]));
      // Noise that is added before the model sees x, by churn, is none without churn.
      expect(seen.every((value) => value === 0.25)).toBe(true);
    },
  );
});

describe('recorded Brownian noise', () => {
  it.each(kdiffusion.filter(({ brownian, noise_intervals }) => brownian && noise_intervals))(
    '$id',
    ({ id, brownian, noise_intervals }) => {
      const recorded = tensorOf(id, 'noise');
      const { seed, sigma_min: sigmaMin, sigma_max: sigmaMax } = brownian!;
      const between = createBrownianNoise('cpu', recorded.shape.slice(1), [seed], { sigmaMin, sigmaMax });
      noise_intervals!.forEach(({ sigma, sigma_next }, i) => {
        expect(maxDifference(between(sigma, sigma_next).data, itemOf(recorded, i).data)).toBeLessThanOrEqual(
          1e-5,
        );
      });
    },
  );
});

describe('list of samplers', () => {
  it('names every sampler that a file exports', async () => {
    const files = readdirSync(new URL('.', import.meta.url)).filter((file) => /^[^.]+\.ts$/.test(file));
    for (const file of files.filter((name) => name !== 'index.ts')) {
      const exported = Object.values(await import(`./${file}`)).filter((item) => typeof item === 'object');
      expect(exported.length, file).toBeGreaterThan(0);
      for (const sampler of exported) expect(SAMPLERS, file).toContain(sampler);
    }
  });
});
