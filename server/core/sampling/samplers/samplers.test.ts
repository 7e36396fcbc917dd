import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { denoiseSigma, predictEps } from '../../../../tests/support/analytic-models.ts';
import { goldenJson, goldenTensors, maxDifference } from '../../../../tests/support/golden.ts';
import { goldenNoiseModel } from '../../../../tests/support/noise-models.ts';
import { itemOf, type Tensor } from '../../tensor.ts';
import type { NoiseSource, Sampler, SamplerOptions, StepInfo } from '../types.ts';
import { SAMPLERS } from './index.ts';

interface Case {
  id: string;
  sampler: string;
  kwargs: Record<string, unknown>;
  sigmas?: number[];
  timesteps?: number[];
  steps?: { sigma: number; sigma_hat: number }[];
  model_call_sigmas?: number[];
  model_call_timesteps?: number[];
}

const { cases } = goldenJson<{ cases: Case[] }>('samplers/kdiffusion_cases.json');
const tensors = goldenTensors('samplers/kdiffusion_trajectories.safetensors');
const model = goldenNoiseModel('sd15');
const known = cases.filter(({ sampler }) => SAMPLERS.some(({ name }) => name === sampler));

const tensorOf = (id: string, name: string) => tensors.get(`${id}/${name}`)!;
const largest = (tensor: Tensor) => tensor.data.reduce((max, value) => Math.max(max, Math.abs(value)), 0);

function optionsOf({ kwargs }: Case, sampler: Sampler): SamplerOptions {
  const number = (key: string, standard: number) =>
    typeof kwargs[key] === 'number' ? kwargs[key] : standard;
  return {
    eta: number('eta', sampler.etaOption === 'eta_ddim' ? 0 : 1),
    sChurn: number('s_churn', 0),
    sTmin: number('s_tmin', 0),
    sTmax: number('s_tmax', Number.POSITIVE_INFINITY),
    sNoise: number('s_noise', 1),
  };
}

/** Gives the recorded draws in order. */
function replay(id: string): NoiseSource & { drawn: number } {
  const noise = tensors.get(`${id}/noise`);
  const source = {
    drawn: 0,
    next: () => itemOf(noise!, source.drawn++),
  };
  return source;
}

async function run(entry: Case, noise: NoiseSource) {
  const sampler = SAMPLERS.find(({ name }) => name === entry.sampler)!;
  const calls: number[] = [];
  const infos: StepInfo[] = [];
  const common = {
    x: tensorOf(entry.id, 'x_init'),
    noise,
    options: optionsOf(entry, sampler),
    onStep: async (info: StepInfo) => {
      infos.push(info);
      return info.next;
    },
  };
  const final =
    sampler.kind === 'sigma'
      ? await sampler.sample({
          ...common,
          sigmas: entry.sigmas!,
          model: async (x, sigma) => {
            calls.push(sigma);
            return denoiseSigma(x, sigma);
          },
        })
      : await sampler.sample({
          ...common,
          timesteps: entry.timesteps!,
          alphasCumprod: model.alphasCumprod,
          model: async (x, t) => {
            calls.push(t);
            return predictEps(x, t, 0);
          },
        });
  return { sampler, calls, infos, final };
}

describe('sampler trajectories', () => {
  it.each(known)('$id', async (entry) => {
    const noise = replay(entry.id);
    const { sampler, calls, infos, final } = await run(entry, noise);
    const x = tensorOf(entry.id, 'x');
    const denoised = tensorOf(entry.id, 'denoised');
    const tolerance = 1e-4 * largest(x);

    expect(maxDifference(final.data, tensorOf(entry.id, 'x_final').data)).toBeLessThanOrEqual(tolerance);
    expect(infos.map(({ step }) => step)).toEqual(infos.map((_, i) => i));
    expect(infos).toHaveLength(x.shape[0]!);
    infos.forEach((info, i) => {
      // Timestep samplers of the reference report x after the step.
      const seen = sampler.kind === 'timestep' ? info.next : info.x;
      expect(maxDifference(seen.data, itemOf(x, i).data)).toBeLessThanOrEqual(tolerance);
      expect(maxDifference(info.denoised.data, itemOf(denoised, i).data)).toBeLessThanOrEqual(tolerance);
    });
    expect(noise.drawn).toBe(tensors.get(`${entry.id}/noise`)?.shape[0] ?? 0);

    const expectedCalls = entry.model_call_sigmas ?? entry.model_call_timesteps ?? [];
    expect(calls).toHaveLength(expectedCalls.length);
    calls.forEach((at, i) => {
      expect(Math.abs(at - expectedCalls[i]!)).toBeLessThanOrEqual(1e-5 * expectedCalls[i]!);
    });
    entry.steps?.forEach(({ sigma, sigma_hat }, i) => {
      expect(Math.abs(infos[i]!.sigma - sigma)).toBeLessThanOrEqual(1e-5 * sigma);
      expect(Math.abs(infos[i]!.sigmaHat - sigma_hat)).toBeLessThanOrEqual(1e-5 * sigma_hat);
    });
  });

  it.each(SAMPLERS.map((sampler) => ({ sampler })))(
    '$sampler.name goes on with what onStep returns',
    async ({ sampler }) => {
      const entry = known.find((item) => item.sampler === sampler.name)!;
      const plain = await run(entry, replay(entry.id));
      expect(plain.infos.at(-1)!.next).toBe(plain.final);
    },
  );
});

describe('list of samplers', () => {
  const helpers = ['index.ts', 'ancestral-step.ts', 'euler-step.ts'];

  it('has one file a sampler', () => {
    const files = readdirSync(new URL('.', import.meta.url)).filter(
      (file) => !file.endsWith('.test.ts') && !helpers.includes(file),
    );
    expect(files).toHaveLength(SAMPLERS.length);
  });
});
