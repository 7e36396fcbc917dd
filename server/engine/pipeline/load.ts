import type { JobRun } from './job-run.ts';
import { reportPhase } from './progress.ts';

/** Opens the job's checkpoint; the runtime keeps what is loaded. */
export async function load(job: JobRun): Promise<void> {
  const start = performance.now();
  await reportPhase(job, `loading ${job.context.checkpoint.stem}`);
  job.model = await job.deps.runtime.open(job.context.checkpoint.path);
  await job.deps.send({ type: 'loaded', checkpoint: job.context.checkpoint.title });
  job.timings.loadMs += performance.now() - start;
}
