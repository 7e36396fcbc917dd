import type { JobRun } from './job-run.ts';

/** Runs `jobStart`, then deals the seeds: image i has seed + i; with a variation, seed stays and subseed + i counts. */
export async function prepareJob(job: JobRun): Promise<void> {
  await job.hooks.hooks.jobStart.promise(job.context);
  const { request } = job.context;
  const count = request.n_iter * request.batch_size;
  const varied = request.subseed_strength > 0;
  job.seeds = Array.from({ length: count }, (_, i) => request.seed + (varied ? 0 : i));
  job.subseeds = Array.from({ length: count }, (_, i) => request.subseed + i);
}

/** Runs `jobEnd`, also for jobs that were stopped. */
export async function closeJob(job: JobRun): Promise<void> {
  await job.hooks.hooks.jobEnd.promise({ job: job.context, outcome: outcomeOf(job), images: job.imagesMade });
}

export function outcomeOf({ control }: JobRun): 'complete' | 'interrupted' | 'cancelled' {
  if (control.cancelled) return 'cancelled';
  return control.interrupted ? 'interrupted' : 'complete';
}
