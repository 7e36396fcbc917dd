import type { FinishedJob } from '../services.ts';

/** A1111's `info`: everything about the job's pictures, sent as a JSON text inside the JSON answer. */
export function buildInfo(
  { job, done, error }: FinishedJob,
  options: Record<string, unknown>,
  version: string,
): string {
  const { request } = job;
  const pictures = job.images.filter((image) => !image.grid);
  const total = request.batch_size * request.n_iter;
  const seeds = Array.from({ length: total }, (_, i) => pictures[i]?.seed ?? seedOf(request, i));
  const subseeds = Array.from({ length: total }, (_, i) => pictures[i]?.subseed ?? request.subseed + i);
  const facts = done?.info ?? {};
  const prompt = facts.prompt ?? request.prompt;
  const negative = facts.negative_prompt ?? request.negative_prompt;
  const warnings = [...job.warnings, ...(error === null ? [] : [error.message])];
  const info = {
    prompt,
    all_prompts: Array(total).fill(prompt),
    negative_prompt: negative,
    all_negative_prompts: Array(total).fill(negative),
    seed: seeds[0] ?? request.seed,
    all_seeds: seeds,
    subseed: subseeds[0] ?? request.subseed,
    all_subseeds: subseeds,
    subseed_strength: request.subseed_strength,
    width: request.width,
    height: request.height,
    sampler_name: request.sampler_name,
    cfg_scale: request.cfg_scale,
    steps: request.steps,
    batch_size: request.batch_size,
    restore_faces: false,
    face_restoration_model: null,
    sd_model_name: stemOf(job.checkpoint.name),
    sd_model_hash: /\[([0-9a-f]{10})\]$/.exec(job.checkpoint.title)?.[1] ?? null,
    sd_vae_name: null,
    sd_vae_hash: null,
    seed_resize_from_w: request.seed_resize_from_w,
    seed_resize_from_h: request.seed_resize_from_h,
    denoising_strength: request.denoising_strength,
    extra_generation_params: {},
    index_of_first_image: job.images.findIndex((image) => !image.grid) === 1 ? 1 : 0,
    infotexts: job.images.map((image) => image.infotext),
    styles: request.styles,
    job_timestamp: timestamp(job.startedAt ?? job.createdAt),
    clip_skip: options.CLIP_stop_at_last_layers ?? 1,
    is_using_inpainting_conditioning: false,
    version,
    ...facts,
    warnings,
  };
  return JSON.stringify(info);
}

/** Variation seeds count up instead of the seed where they are mixed in. */
function seedOf(
  { seed, subseed_strength }: { seed: number; subseed_strength: number },
  index: number,
): number {
  return subseed_strength > 0 ? seed : seed + index;
}

function stemOf(name: string): string {
  return (name.split('/').at(-1) ?? name).replace(/\.[^.]+$/, '');
}

/** `yyyymmddHHMMSS` in local time. */
export function timestamp(iso: string): string {
  const date = new Date(iso);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}`;
  return `${day}${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}`;
}
