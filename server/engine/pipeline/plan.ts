/** Plans a batch's sampling passes before anything is encoded, since prompt schedules count the steps of a plan. */
import { TapestryError } from '#contracts/errors.ts';
import { type Img2imgInput, planSampling, type SamplingPlan } from '#core/sampling/plan.ts';
import { resolveSampler, resolveScheduler } from '#core/sampling/resolve.ts';
import { createDiffusionModel } from '#core/sampling/schedule-model.ts';
import { samplingSettings } from '#core/sampling/settings.ts';
import type { BatchRun, JobRun, PlannedPass } from './job-run.ts';

/** Fills `batch.passes`. */
export async function plan(batch: BatchRun): Promise<void> {
  batch.passes = [planFirst(batch)];
}

function planFirst({ job, context }: BatchRun): PlannedPass {
  const { request, options } = context.job;
  const sampling = planPass(job, {
    sampler: request.sampler_name,
    scheduler: request.scheduler,
    steps: request.steps,
  });
  return {
    kind: 'first',
    plan: sampling,
    steps: request.steps,
    width: request.width,
    height: request.height,
    cfgScale: request.cfg_scale,
    prompts: context.prompts,
    negativePrompts: context.negativePrompts,
    schedule: { steps: sampling.promptSteps, oldTimeline: options.use_old_scheduling === true },
    conditioning: new Map(),
  };
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
