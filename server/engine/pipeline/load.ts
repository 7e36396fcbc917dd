import { type JobRun, numberOption } from './job-run.ts';
import { reportPhase } from './progress.ts';

/** Opens the job's checkpoint; the runtime keeps what is loaded. */
export async function load(job: JobRun): Promise<void> {
  const start = performance.now();
  await reportPhase(job, `loading ${job.context.checkpoint.stem}`);
  const limit = numberOption(job.context.options, 'sd_checkpoints_limit', 1);
  job.model = await job.deps.models.take(job.context.checkpoint.path, limit);
  await job.deps.send({ type: 'loaded', checkpoint: job.context.checkpoint.title });
  job.timings.loadMs += performance.now() - start;
}
