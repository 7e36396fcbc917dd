/** Plans a batch's sampling passes before anything is encoded, since prompt schedules count the steps of a plan. */
import { TapestryError } from '#contracts/errors.ts';
import type { PictureRequest } from '#contracts/request.ts';
import { type HiresSize, hiresSize } from '#core/imaging/hires-size.ts';
import { isLatentUpscaler, LATENT_UPSCALERS, type LatentUpscaler } from '#core/imaging/latent-upscale.ts';
import { type Img2imgInput, planSampling, type SamplingPlan } from '#core/sampling/plan.ts';
import { resolveSampler, resolveScheduler } from '#core/sampling/resolve.ts';
import { createDiffusionModel } from '#core/sampling/schedule-model.ts';
import { samplingSettings } from '#core/sampling/settings.ts';
import type { BatchContext, JobContext } from '#sdk/types.ts';
import { type BatchRun, cleanPrompt, type JobRun, type PlannedPass } from './job-run.ts';

/** Denoising strength of the hires pass where the request says none. */
export const HIRES_DENOISING = 0.75;

type Pair = [width: number, height: number];

/** Fills `batch.passes`: the first, and with hires fix a second. */
export async function plan(batch: BatchRun): Promise<void> {
  const { request, options } = batch.job.context;
  const size = hiresSize({
    width: request.width,
    height: request.height,
    scale: request.hr_scale,
    resizeX: request.hr_resize_x,
    resizeY: request.hr_resize_y,
    oldBehaviour: request.enable_hr && options.use_old_hires_fix_width_height === true,
  });
  const first = planFirst(batch, size);
  batch.passes = request.enable_hr ? [first, planHires(batch, first, size)] : [first];
}

function planFirst({ job, context }: BatchRun, { width, height }: HiresSize): PlannedPass {
  const { request, options } = context.job;
  const { sampler_name: sampler, scheduler, steps } = request;
  const sampling = planPass(job, { sampler, scheduler, steps });
  return {
    kind: 'first',
    plan: sampling,
    steps,
    width,
    height,
    cfgScale: request.cfg_scale,
    prompts: context.prompts,
    negativePrompts: context.negativePrompts,
    schedule: { steps: sampling.promptSteps, oldTimeline: options.use_old_scheduling === true },
    conditioning: new Map(),
  };
}

function planHires({ job, context }: BatchRun, first: PlannedPass, size: HiresSize): PlannedPass {
  const { request } = context.job;
  const { downscale } = job.model!.info;
  const steps = request.hr_second_pass_steps || request.steps;
  const sampling = planPass(job, {
    sampler: request.hr_sampler_name || request.sampler_name,
    scheduler: request.hr_scheduler || request.scheduler,
    steps,
    img2img: { denoisingStrength: request.denoising_strength ?? HIRES_DENOISING, exactSteps: steps },
  });
  const [width, height] = size.upscaleTo.map((side) => Math.max(1, Math.floor(side / downscale))) as Pair;
  const rescale = {
    upscaler: latentUpscaler(request),
    width,
    height,
    truncateX: Math.min(size.truncate[0], width - 1),
    truncateY: Math.min(size.truncate[1], height - 1),
  };
  const pass: PlannedPass = {
    ...first,
    kind: 'hires',
    plan: sampling,
    rescale,
    steps,
    width: (rescale.width - rescale.truncateX) * downscale,
    height: (rescale.height - rescale.truncateY) * downscale,
    prompts: ownOr(context, request.hr_prompt, context.prompts),
    negativePrompts: ownOr(context, request.hr_negative_prompt, context.negativePrompts),
    schedule: { ...first.schedule, hiresSteps: sampling.promptSteps },
    conditioning: new Map(),
  };
  noteHires(context.job, first, pass, size);
  return pass;
}

function latentUpscaler({ hr_upscaler: name }: PictureRequest): LatentUpscaler {
  if (name === null) return LATENT_UPSCALERS[0]!;
  if (isLatentUpscaler(name)) return name;
  throw new TapestryError('INVALID_FIELD', {
    field: 'hr_upscaler',
    value: name,
    accepted: LATENT_UPSCALERS.join(', '),
  });
}

function ownOr({ job }: BatchContext, own: string, otherwise: readonly string[]): readonly string[] {
  return own === '' ? otherwise : otherwise.map(() => cleanPrompt(own, job.options));
}

/** Hires fix in the infotext, in A1111's order. What prompts say is written per picture. */
function noteHires(
  { infotext, request }: JobContext,
  first: PlannedPass,
  hires: PlannedPass,
  size: HiresSize,
) {
  if (hires.plan.sampler !== first.plan.sampler) infotext.set('Hires sampler', hires.plan.sampler.name);
  for (const key of ['Hires prompt', 'Hires negative prompt']) infotext.set(key, '');
  const schedule = hires.plan.infotext['Schedule type'];
  if (schedule !== undefined && schedule !== first.plan.infotext['Schedule type']) {
    infotext.set('Hires schedule type', String(schedule));
  }
  const [key, value] = size.infotext;
  infotext.set(key, value);
  if (request.hr_second_pass_steps > 0) infotext.set('Hires steps', request.hr_second_pass_steps);
  if (request.hr_upscaler !== null) infotext.set('Hires upscaler', request.hr_upscaler);
}

interface PassInput {
  sampler: string;
  scheduler: string;
  steps: number;
  img2img?: Img2imgInput;
}

function planPass(
  { context, deps, model }: JobRun,
  { sampler, scheduler, ...rest }: PassInput,
): SamplingPlan {
  const { request, options } = context;
  const named = resolveSampler(sampler, deps.samplers(), deps.schedulers());
  if (!named.found) {
    throw new TapestryError('UNKNOWN_SAMPLER', { value: sampler, accepted: named.nearest.join(', ') });
  }
  const schedule = resolveScheduler(scheduler, deps.schedulers());
  if (!schedule.found) {
    throw new TapestryError('UNKNOWN_SCHEDULER', { value: scheduler, accepted: schedule.nearest.join(', ') });
  }
  const own = {
    s_churn: request.s_churn,
    s_tmin: request.s_tmin,
    s_tmax: request.s_tmax,
    s_noise: request.s_noise,
  };
  const asked = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== null));
  return planSampling({
    ...rest,
    sampler: named.found.sampler,
    scheduler: schedule.found,
    model: createDiffusionModel({ family: model!.info.family }),
    settings: samplingSettings({ ...options, ...asked }),
    ...(request.eta === null ? {} : { eta: request.eta }),
  });
}
