import { describe, expect, it } from 'vitest';
import { goldenJson } from '../../../tests/support/golden.ts';
import { goldenNoiseModel } from '../../../tests/support/noise-models.ts';
import { createDiffusionModel } from './schedule-model.ts';

interface Case {
  model: string;
  index: number[];
  alphas_cumprod: number[];
  sigmas: number[];
  sigma_min: number;
  sigma_max: number;
  sigma_to_t: { sigma: number; t: number; t_quantized: number }[];
  t_to_sigma: { t: number; sigma: number }[];
}

const { cases } = goldenJson<{ cases: Case[] }>('schedules/model_tables.json');

/** Relative error of `actual`. */
const errorOf = (actual: number, expected: number) => Math.abs(actual - expected) / Math.abs(expected);

describe.each(cases)('noise levels of $model', (golden) => {
  const model = goldenNoiseModel(golden.model);

  it('has the tables', () => {
    golden.index.forEach((t, i) => {
      expect(errorOf(model.alphasCumprod[t]!, golden.alphas_cumprod[i]!)).toBeLessThan(1e-5);
      expect(errorOf(model.sigmas[t]!, golden.sigmas[i]!)).toBeLessThan(1e-5);
    });
    expect(errorOf(model.sigmaMin, golden.sigma_min)).toBeLessThan(1e-5);
    expect(errorOf(model.sigmaMax, golden.sigma_max)).toBeLessThan(1e-5);
  });

  it.each(golden.sigma_to_t)('sigma $sigma is timestep $t', ({ sigma, t, t_quantized }) => {
    expect(Math.abs(model.sigmaToT(sigma) - t)).toBeLessThan(2e-3);
    expect(goldenNoiseModel(golden.model, true).sigmaToT(sigma)).toBe(t_quantized);
  });

  it.each(golden.t_to_sigma)('timestep $t is sigma $sigma', ({ t, sigma }) => {
    expect(errorOf(model.tToSigma(t), sigma)).toBeLessThan(1e-5);
  });
});

it('clamps timesteps outside the table', () => {
  const model = createDiffusionModel({ family: 'sd1' });
  expect(model.tToSigma(-3)).toBe(model.tToSigma(0));
  expect(model.tToSigma(5000)).toBe(model.tToSigma(999));
});
