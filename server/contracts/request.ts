/**
 * The request for pictures. One schema for the page, the native API and A1111's API, in A1111's field names,
 * so that no door leads around a check. The door resolves names (sampler, checkpoint) and seeds before it stores a job:
 * what a job row holds is a `PictureRequest` that paints the same picture every time it is run.
 */
import { z } from 'zod';

/** Limits that every door states in its errors. */
export const LIMITS = {
  width: { min: 1, max: 8192 },
  height: { min: 1, max: 8192 },
  steps: { min: 1, max: 1000 },
  batchSize: { min: 1, max: 100 },
  batchCount: { min: 1, max: 100 },
  hiresScale: { min: 0.1, max: 16 },
  promptCharacters: 200_000,
} as const;

const int = (min: number, max: number) => z.number().int().min(min).max(max);
const finite = z.number();

/** Values of one extension's panel, by field key. */
export const extensionValues = z.record(z.string(), z.unknown());

export const pictureRequest = z.object({
  prompt: z.string().max(LIMITS.promptCharacters).default(''),
  negative_prompt: z.string().max(LIMITS.promptCharacters).default(''),
  styles: z.array(z.string()).default([]),
  /** -1: random, drawn once when the job is accepted. Image i of a job uses seed + i. */
  seed: z.number().int().default(-1),
  subseed: z.number().int().default(-1),
  subseed_strength: finite.min(0).max(1).default(0),
  seed_resize_from_h: int(-1, LIMITS.height.max).default(-1),
  seed_resize_from_w: int(-1, LIMITS.width.max).default(-1),
  sampler_name: z.string().default('DPM++ 2M'),
  scheduler: z.string().default('Automatic'),
  steps: int(LIMITS.steps.min, LIMITS.steps.max).default(20),
  cfg_scale: finite.min(0).max(1000).default(7),
  width: int(LIMITS.width.min, LIMITS.width.max).default(512),
  height: int(LIMITS.height.min, LIMITS.height.max).default(512),
  batch_size: int(LIMITS.batchSize.min, LIMITS.batchSize.max).default(1),
  n_iter: int(LIMITS.batchCount.min, LIMITS.batchCount.max).default(1),
  tiling: z.boolean().nullable().default(null),
  /** null: the option of the same meaning (eta_ancestral or eta_ddim, s_churn, ...). */
  eta: finite.min(0).nullable().default(null),
  s_churn: finite.min(0).nullable().default(null),
  s_tmin: finite.min(0).nullable().default(null),
  s_tmax: finite.min(0).nullable().default(null),
  s_noise: finite.min(0).nullable().default(null),
  s_min_uncond: finite.min(0).nullable().default(null),
  /** Of the hires pass; null: 0.75. */
  denoising_strength: finite.min(0).max(1).nullable().default(null),
  /** Hires fix: the picture is scaled and painted over in a second pass. */
  enable_hr: z.boolean().default(false),
  /** Factor where both wished sides are 0. */
  hr_scale: finite.min(LIMITS.hiresScale.min).max(LIMITS.hiresScale.max).default(2),
  /** Pixels; one of them 0: from the other. Both: the picture is scaled to cover them and cut. */
  hr_resize_x: int(0, LIMITS.width.max).default(0),
  hr_resize_y: int(0, LIMITS.height.max).default(0),
  /** null: "Latent". */
  hr_upscaler: z.string().nullable().default(null),
  /** Exactly these are done; 0: as many as in the first pass. */
  hr_second_pass_steps: int(0, LIMITS.steps.max).default(0),
  /** null and "": as in the first pass. */
  hr_sampler_name: z.string().nullable().default(null),
  hr_scheduler: z.string().nullable().default(null),
  hr_prompt: z.string().max(LIMITS.promptCharacters).default(''),
  hr_negative_prompt: z.string().max(LIMITS.promptCharacters).default(''),
  /** Option overrides for this job alone, by option key. */
  override_settings: z.record(z.string(), z.unknown()).default({}),
  /** Extension panel values by extension id. */
  extensions: z.record(z.string(), extensionValues).default({}),
});
export type PictureRequest = z.infer<typeof pictureRequest>;

/** A checkpoint as a job refers to it. */
export const checkpointRef = z.object({
  /** Path relative to the model folder with extension, as A1111 names it. */
  name: z.string(),
  /** `name [10 hex]` once hashed. */
  title: z.string(),
  /** Absolute path on the machine that runs the engine. */
  path: z.string(),
  /** File stem: the `Model` of the infotext. */
  stem: z.string(),
  /** sha256 of the whole file, lower-case hex; null until computed. */
  sha256: z.string().nullable(),
});
export type CheckpointRef = z.infer<typeof checkpointRef>;

/** What a job row stores and an engine gets. */
export interface PictureJob {
  request: PictureRequest;
  /** Every option with this job's overrides applied: what `opts` is in A1111. */
  options: Record<string, unknown>;
  checkpoint: CheckpointRef;
  /** True: finished pictures go to the outputs folder. False: they are kept only as the job's results. */
  save: boolean;
  /** True for A1111's API, which writes floats into the infotext as Python does: `CFG scale: 7.0`. */
  pythonFloats: boolean;
  /** Local time of acceptance, `yyyymmddHHMMSS`. */
  jobTimestamp: string;
}
