/** One job from assignment to `done` or `failed`. */
import { TapestryError } from '#contracts/errors.ts';
import type { Assignment, JobTimings } from '#contracts/messages.ts';
import { stripComments } from '#core/prompt/comments.ts';
import type { BatchContext, JobContext } from '#sdk/types.ts';
import type { Control } from './control.ts';
import type { BatchRun, JobRun, PipelineDeps } from './job-run.ts';
import { outcomeOf } from './prepare.ts';
import { BATCH_STAGES, IMAGE_STAGES, JOB_STAGES } from './stages.ts';

/** Runs the stages in order and reports the end. Never throws: what goes wrong is a `failed` message. */
export async function runJob(deps: PipelineDeps, assignment: Assignment, control: Control): Promise<void> {
  const job = createJobRun(deps, assignment, control);
  const { jobId, fence } = assignment;
  const before = deps.runtime.stats();
  try {
    for (const stage of JOB_STAGES.before) await stage.run(job);
    for (let index = 0; index < job.context.request.n_iter; index++) {
      if (control.interrupted || control.cancelled) break;
      control.skipped = false;
      await runBatch(job, index);
    }
    for (const stage of JOB_STAGES.after) await stage.run(job);
    job.timings.totalMs = performance.now() - job.startedAt;
    const after = deps.runtime.stats();
    job.timings.sessionRunMs = after.sessionRunMs - before.sessionRunMs;
    job.timings.predictCalls = after.predictCalls - before.predictCalls;
    await deps.send({
      type: 'done',
      jobId,
      fence,
      outcome: outcomeOf(job),
      warnings: job.warnings,
      info: infoOf(job),
      timings: job.timings,
    });
  } catch (thrown) {
    const error = TapestryError.from(thrown);
    if (error.code === 'INTERNAL')
      deps.log(`job ${jobId}: ${thrown instanceof Error ? thrown.stack : thrown}`);
    await deps.send({ type: 'failed', jobId, fence, error: error.toRecord(), warnings: job.warnings });
  }
}

async function runBatch(job: JobRun, index: number): Promise<void> {
  const batch = createBatchRun(job, index);
  await job.hooks.hooks.batchStart.promise(batch.context);
  for (const stage of BATCH_STAGES) await stage.run(batch);
  for (const [i, decoded] of batch.decoded.entries()) {
    const image = await IMAGE_STAGES.finish(batch, i, decoded);
    await IMAGE_STAGES.save(batch, image);
  }
}

function createJobRun(deps: PipelineDeps, assignment: Assignment, control: Control): JobRun {
  const warnings: string[] = [];
  const { request, options, checkpoint } = assignment.job;
  const context: JobContext = {
    id: assignment.jobId,
    request,
    options,
    checkpoint,
    warn: (message) => {
      warnings.push(message);
    },
    infotext: new Map(),
  };
  return {
    deps,
    assignment,
    context,
    hooks: deps.hookSet(),
    control,
    warnings,
    timings: emptyTimings(),
    startedAt: performance.now(),
    seeds: [],
    subseeds: [],
    model: null,
    imagesMade: 0,
  };
}

function createBatchRun(job: JobRun, index: number): BatchRun {
  const { request, options } = job.context;
  const from = index * request.batch_size;
  const clean = options.enable_prompt_comments === false ? (text: string) => text : stripComments;
  const context: BatchContext = {
    job: job.context,
    index,
    prompts: Array(request.batch_size).fill(clean(request.prompt)),
    negativePrompts: Array(request.batch_size).fill(clean(request.negative_prompt)),
    seeds: job.seeds.slice(from, from + request.batch_size),
    subseeds: job.subseeds.slice(from, from + request.batch_size),
  };
  return { job, context, passes: [], pass: null, usesEnsd: false, latent: null, decoded: [] };
}

function infoOf({ context }: JobRun): Record<string, unknown> {
  return { extra_generation_params: Object.fromEntries(context.infotext) };
}

function emptyTimings(): JobTimings {
  return {
    totalMs: 0,
    toFirstPredictMs: 0,
    loadMs: 0,
    conditionMs: 0,
    sampleMs: 0,
    decodeMs: 0,
    saveMs: 0,
    sessionRunMs: 0,
    predictCalls: 0,
  };
}
