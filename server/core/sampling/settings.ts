import type { Sampler, SamplerOptions, UniPcOptions } from './types.ts';

/** Sampling options, as A1111 names and defaults them (`rho` etc.: 0 stands for the model's or scheduler's own). */
export interface SamplingSettings {
  eta_ancestral: number;
  eta_ddim: number;
  s_churn: number;
  s_tmin: number;
  /** 0: no limit. */
  s_tmax: number;
  s_noise: number;
  sigma_min: number;
  sigma_max: number;
  rho: number;
  use_old_karras_scheduler_sigmas: boolean;
  always_discard_next_to_last_sigma: boolean;
  sgm_noise_multiplier: boolean;
  beta_dist_alpha: number;
  beta_dist_beta: number;
  uni_pc_variant: string;
  uni_pc_skip_type: string;
  uni_pc_order: number;
  uni_pc_lower_order_final: boolean;
  img2img_extra_noise: number;
}

export const DEFAULT_SETTINGS: Readonly<SamplingSettings> = {
  eta_ancestral: 1,
  eta_ddim: 0,
  s_churn: 0,
  s_tmin: 0,
  s_tmax: 0,
  s_noise: 1,
  sigma_min: 0,
  sigma_max: 0,
  rho: 0,
  use_old_karras_scheduler_sigmas: false,
  always_discard_next_to_last_sigma: false,
  sgm_noise_multiplier: false,
  beta_dist_alpha: 0.6,
  beta_dist_beta: 0.6,
  uni_pc_variant: 'bh1',
  uni_pc_skip_type: 'time_uniform',
  uni_pc_order: 3,
  uni_pc_lower_order_final: true,
  img2img_extra_noise: 0,
};

/** Fields that sampling adds to the infotext, in order. */
export type InfotextFields = Record<string, string | number | boolean>;

/** The settings among `options`; what is missing or of another type keeps its default. */
export function samplingSettings(options: Readonly<Record<string, unknown>>): SamplingSettings {
  const known = Object.entries(DEFAULT_SETTINGS).map(([key, standard]) => {
    const value = options[key];
    return [key, typeof value === typeof standard ? value : standard];
  });
  return Object.fromEntries(known) as SamplingSettings;
}

/** UniPC's options; unknown words mean the defaults. */
export function uniPcOptions(settings: SamplingSettings): UniPcOptions {
  const { uni_pc_variant: variant, uni_pc_skip_type: skipType } = settings;
  return {
    variant: variant === 'bh2' || variant === 'vary_coeff' ? variant : 'bh1',
    skipType: skipType === 'time_quadratic' || skipType === 'logSNR' ? skipType : 'time_uniform',
    order: Math.max(Math.trunc(settings.uni_pc_order), 1),
    lowerOrderFinal: settings.uni_pc_lower_order_final,
  };
}

const INFOTEXT_NAMES = {
  sChurn: 'Sigma churn',
  sTmin: 'Sigma tmin',
  sTmax: 'Sigma tmax',
  sNoise: 'Sigma noise',
} as const;

/**
 * What the sampler is given, and the infotext of what differs from A1111's defaults. `eta`: the request's own, before
 * the options. Options that the sampler does not use keep their defaults.
 */
export function samplerOptions(
  sampler: Sampler,
  settings: SamplingSettings,
  eta?: number,
): { options: SamplerOptions; infotext: InfotextFields } {
  const etaOption = sampler.etaOption ?? 'eta_ancestral';
  const defaults: SamplerOptions = {
    eta: DEFAULT_SETTINGS[etaOption],
    sChurn: 0,
    sTmin: 0,
    sTmax: Number.POSITIVE_INFINITY,
    sNoise: 1,
  };
  const wanted: SamplerOptions = {
    eta: eta ?? settings[etaOption],
    sChurn: settings.s_churn,
    sTmin: settings.s_tmin,
    sTmax: settings.s_tmax || Number.POSITIVE_INFINITY,
    sNoise: settings.s_noise,
  };
  const options = { ...defaults };
  const infotext: InfotextFields = {};
  const names = { eta: etaOption === 'eta_ddim' ? 'Eta DDIM' : 'Eta', ...INFOTEXT_NAMES };
  for (const key of ['eta', 'sChurn', 'sTmin', 'sTmax', 'sNoise'] as const) {
    if (!sampler.usedOptions?.includes(key)) continue;
    options[key] = wanted[key];
    if (wanted[key] !== defaults[key]) infotext[names[key]] = wanted[key];
  }
  return { options, infotext };
}
