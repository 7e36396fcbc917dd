import { describe, expect, it } from 'vitest';
import { resolveSampler } from './resolve.ts';
import { DEFAULT_SETTINGS, samplerOptions, samplingSettings, uniPcOptions } from './settings.ts';

const sampler = (name: string) => resolveSampler(name).found!.sampler;

describe('samplingSettings', () => {
  it('takes what it knows and keeps defaults for what is missing or of another type', () => {
    const settings = samplingSettings({ s_churn: 4, rho: '7', sgm_noise_multiplier: 'yes', other: 1 });
    expect(settings).toEqual({ ...DEFAULT_SETTINGS, s_churn: 4 });
  });
});

describe('samplerOptions', () => {
  it('gives a sampler only the options that it uses', () => {
    const settings = samplingSettings({ s_churn: 4, s_noise: 1.01, eta_ancestral: 0.5 });
    expect(samplerOptions(sampler('Euler'), settings)).toEqual({
      options: { eta: 1, sChurn: 4, sTmin: 0, sTmax: Number.POSITIVE_INFINITY, sNoise: 1.01 },
      infotext: { 'Sigma churn': 4, 'Sigma noise': 1.01 },
    });
    expect(samplerOptions(sampler('Euler a'), settings).infotext).toEqual({ Eta: 0.5 });
    expect(samplerOptions(sampler('DPM++ 2M'), settings).infotext).toEqual({});
  });

  it("prefers the request's eta and names it by the sampler's kind", () => {
    expect(samplerOptions(sampler('DDIM'), DEFAULT_SETTINGS, 0.6)).toMatchObject({
      options: { eta: 0.6 },
      infotext: { 'Eta DDIM': 0.6 },
    });
    expect(samplerOptions(sampler('DDIM'), DEFAULT_SETTINGS).infotext).toEqual({});
  });
});

describe('uniPcOptions', () => {
  it('falls back to the defaults', () => {
    const odd = samplingSettings({ uni_pc_variant: 'x', uni_pc_skip_type: 'y', uni_pc_order: 0 });
    expect(uniPcOptions(odd)).toEqual({
      variant: 'bh1',
      skipType: 'time_uniform',
      order: 1,
      lowerOrderFinal: true,
    });
  });
});
