import type { JobRun } from './job-run.ts';

export interface Where {
  step: number;
  steps: number;
  batch: number;
}

/**
 * Sends progress, waits until it has left, and gives the event loop one turn: `session.run` blocks the loop, so this is
 * the moment in which interrupts are read.
 */
export async function reportProgress(job: JobRun, phase: string, where: Where): Promise<void> {
  await job.deps.send({
    type: 'progress',
    jobId: job.assignment.jobId,
    fence: job.assignment.fence,
    phase,
    ...where,
    batches: job.context.request.n_iter,
  });
  await new Promise((resolve) => setImmediate(resolve));
}

/** Progress of a phase that has no steps. */
export function reportPhase(job: JobRun, phase: string, batch = 0): Promise<void> {
  return reportProgress(job, phase, { step: 0, steps: job.context.request.steps, batch });
}
