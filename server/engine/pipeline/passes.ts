/** Sampling passes of a batch, as planned. */
import { createImageNoise, type RandnSource } from '#core/sampling/noise/image-noise.ts';
import { sampleLatent } from '#core/sampling/sample-latent.ts';
import type { NoiseSource, OnStep } from '#core/sampling/types.ts';
import type { Tensor } from '#core/tensor.ts';
import type { PassContext, StepContext } from '#sdk/types.ts';
import { shouldStop } from './control.ts';
import { createDenoiser } from './denoiser.ts';
import { noteInfotext } from './infotext-notes.ts';
import { type BatchRun, numberOption, type PlannedPass } from './job-run.ts';
import { createPreviewer } from './preview.ts';
import { reportProgress } from './progress.ts';

/** Samples the batch's latents. A stopped batch keeps the denoised picture of its last step. */
export async function passes(batch: BatchRun): Promise<void> {
  const start = performance.now();
  for (const planned of batch.passes) {
    batch.latent = await runPass(batch, planned);
    if (shouldStop(batch.job.control)) break;
  }
  batch.job.timings.sampleMs += performance.now() - start;
}

async function runPass(batch: BatchRun, planned: PlannedPass): Promise<Tensor> {
  const { job } = batch;
  const { hooks } = job.hooks;
  const noiseSource = createNoise(batch, planned);
  const pass = createPass(batch, planned, noiseSource.next());
  batch.pass = pass;
  if (planned.kind === 'first') batch.usesEnsd = usesEnsd(planned);
  await hooks.passStart.promise(pass);
  await reportSteps(batch, planned, 0);
  const taken = await hooks.sample.promise(pass);
  if (taken) return taken;
  return sampleLatent({
    plan: planned.plan,
    noise: pass.noise,
    noiseSource,
    predict: createDenoiser(batch, planned, pass),
    onStep: createStepListener(batch, planned, pass),
    shouldStop: () => shouldStop(job.control),
  });
}

/** Without eta the sampler draws nothing that the delta could move. */
function usesEnsd({ plan: { sampler, options } }: PlannedPass): boolean {
  return sampler.usesEnsd === true && options.eta !== 0;
}

/** After each sampler step: extensions, preview, progress. */
function createStepListener(batch: BatchRun, planned: PlannedPass, pass: PassContext): OnStep {
  const { job } = batch;
  const preview = createPreviewer(batch);
  return async ({ step, sigma, sigmaNext, denoised, next }) => {
    const context: StepContext = { pass, step, sigma, sigmaNext, denoised, next };
    if (job.hooks.isUsed('step', job.context)) await job.hooks.hooks.step.promise(context);
    await preview(step + 1, planned.plan.steps, denoised);
    await reportSteps(batch, planned, step + 1);
    return context.next;
  };
}

/** Progress counts the steps of all passes. */
function reportSteps({ job, passes: all, context }: BatchRun, planned: PlannedPass, done: number) {
  const sum = (some: readonly PlannedPass[]) => some.reduce((total, { plan }) => total + plan.steps, 0);
  const before = sum(all.slice(0, all.indexOf(planned)));
  return reportProgress(job, 'sampling', { step: before + done, steps: sum(all), batch: context.index });
}

function createPass(batch: BatchRun, planned: PlannedPass, noise: Tensor): PassContext {
  const { kind, plan, steps, width, height, cfgScale } = planned;
  const { 'Schedule type': _, ...fields } = plan.infotext;
  noteInfotext(batch.context.job, fields);
  return {
    batch: batch.context,
    kind,
    sampler: plan.sampler.name,
    scheduler: plan.scheduler.label,
    steps,
    width,
    height,
    sigmas: plan.sigmas,
    noise,
    cfgScale,
  };
}

function createNoise({ context, job }: BatchRun, { width, height }: PlannedPass): NoiseSource {
  const { request, options } = context.job;
  const { latentChannels, downscale } = job.model!.info;
  const side = (pixels: number) => Math.max(1, Math.floor(pixels / downscale));
  return createImageNoise({
    source: randnSource(options, job.deps.runtime.provider),
    shape: [latentChannels, side(height), side(width)],
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
