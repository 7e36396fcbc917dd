/** Sampling passes of a batch. Today there is one; hires fix and a refiner are further passes. */
import { TapestryError } from '#contracts/errors.ts';
import { createImageNoise, type RandnSource } from '#core/sampling/noise/image-noise.ts';
import { planSampling, type SamplingPlan } from '#core/sampling/plan.ts';
import { resolveSampler, resolveScheduler } from '#core/sampling/resolve.ts';
import { sampleLatent } from '#core/sampling/sample-latent.ts';
import { createDiffusionModel } from '#core/sampling/schedule-model.ts';
import { samplingSettings } from '#core/sampling/settings.ts';
import type { NoiseSource, OnStep } from '#core/sampling/types.ts';
import type { Tensor } from '#core/tensor.ts';
import type { PassContext, StepContext } from '#sdk/types.ts';
import { shouldStop } from './control.ts';
import { createDenoiser } from './denoiser.ts';
import { type BatchRun, type JobRun, numberOption } from './job-run.ts';
import { createPreviewer } from './preview.ts';
import { reportProgress } from './progress.ts';

/** Samples the batch's latents. A stopped batch keeps the denoised picture of its last step. */
export async function passes(batch: BatchRun): Promise<void> {
  const start = performance.now();
  const { hooks } = batch.job.hooks;
  const plan = planPass(batch.job);
  const noiseSource = createNoise(batch);
  const pass = createPass(batch, plan, noiseSource.next());
  batch.pass = pass;
  batch.usesEnsd = plan.sampler.usesEnsd === true;
  await hooks.passStart.promise(pass);
  await reportProgress(batch.job, 'sampling', { step: 0, steps: plan.steps, batch: batch.context.index });
  batch.latent = (await hooks.sample.promise(pass)) ?? (await sample(batch, pass, plan, noiseSource));
  batch.job.timings.sampleMs += performance.now() - start;
}

function sample(
  batch: BatchRun,
  pass: PassContext,
  plan: SamplingPlan,
  noiseSource: NoiseSource,
): Promise<Tensor> {
  return sampleLatent({
    plan,
    noise: pass.noise,
    noiseSource,
    predict: createDenoiser(batch, pass),
    onStep: createStepListener(batch, pass, plan),
    shouldStop: () => shouldStop(batch.job.control),
  });
}

/** After each sampler step: extensions, preview, progress. */
function createStepListener(batch: BatchRun, pass: PassContext, plan: SamplingPlan): OnStep {
  const { job } = batch;
  const preview = createPreviewer(batch);
  return async ({ step, sigma, sigmaNext, denoised, next }) => {
    const context: StepContext = { pass, step, sigma, sigmaNext, denoised, next };
    if (job.hooks.isUsed('step', job.context)) await job.hooks.hooks.step.promise(context);
    await preview(step + 1, plan.steps, denoised);
    await reportProgress(job, 'sampling', { step: step + 1, steps: plan.steps, batch: batch.context.index });
    return context.next;
  };
}

function planPass({ context, deps, model }: JobRun): SamplingPlan {
  const { request, options } = context;
  const named = resolveSampler(request.sampler_name, deps.samplers(), deps.schedulers());
  if (!named.found) {
    throw new TapestryError('UNKNOWN_SAMPLER', {
      value: request.sampler_name,
      accepted: named.nearest.join(', '),
    });
  }
  const scheduler = resolveScheduler(request.scheduler, deps.schedulers());
  if (!scheduler.found) {
    throw new TapestryError('UNKNOWN_SCHEDULER', {
      value: request.scheduler,
      accepted: scheduler.nearest.join(', '),
    });
  }
  const own = {
    s_churn: request.s_churn,
    s_tmin: request.s_tmin,
    s_tmax: request.s_tmax,
    s_noise: request.s_noise,
  };
  const asked = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== null));
  return planSampling({
    sampler: named.found.sampler,
    scheduler: scheduler.found,
    steps: request.steps,
    model: createDiffusionModel({ family: model!.info.family }),
    settings: samplingSettings({ ...options, ...asked }),
    ...(request.eta === null ? {} : { eta: request.eta }),
  });
}

function createPass(batch: BatchRun, plan: SamplingPlan, noise: Tensor): PassContext {
  const { request, infotext } = batch.context.job;
  for (const [key, value] of Object.entries(plan.infotext)) {
    if (key !== 'Schedule type' && typeof value !== 'boolean') infotext.set(key, value);
  }
  return {
    batch: batch.context,
    kind: 'first',
    sampler: plan.sampler.name,
    scheduler: plan.scheduler.label,
    steps: request.steps,
    width: request.width,
    height: request.height,
    sigmas: plan.sigmas,
    noise,
    cfgScale: request.cfg_scale,
  };
}

function createNoise({ context, job }: BatchRun): NoiseSource {
  const { request, options } = context.job;
  const { latentChannels, downscale } = job.model!.info;
  const side = (pixels: number) => Math.max(1, Math.floor(pixels / downscale));
  return createImageNoise({
    source: randnSource(options, job.deps.runtime.provider),
    shape: [latentChannels, side(request.height), side(request.width)],
    seeds: context.seeds,
    subseeds: context.subseeds,
    subseedStrength: request.subseed_strength,
    seedResizeFromHeight: request.seed_resize_from_h,
    seedResizeFromWidth: request.seed_resize_from_w,
    etaNoiseSeedDelta: numberOption(options, 'eta_noise_seed_delta', 0),
  });
}

/** A1111's "GPU" is the device's own generator: NVIDIA's on CUDA, torch's CPU generator elsewhere. */
export function randnSource(options: Readonly<Record<string, unknown>>, provider: string): RandnSource {
  if (options.randn_source === 'NV') return 'nv';
  return options.randn_source === 'GPU' && provider === 'cuda' ? 'nv' : 'cpu';
}
