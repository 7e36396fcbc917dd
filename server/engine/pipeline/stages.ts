/**
 * The table of contents of the pipeline: what happens to a job, a batch, a pass and a picture, in order. Hires fix, a
 * refiner or tiles are further passes of a batch.
 */
import { condition } from './condition.ts';
import { decode } from './decode.ts';
import { finishImage, saveImage } from './finish.ts';
import type { BatchRun, JobRun, Stage } from './job-run.ts';
import { load } from './load.ts';
import { passes } from './passes.ts';
import { plan } from './plan.ts';
import { closeJob, prepareJob } from './prepare.ts';

/** Before the first batch and after the last. */
export const JOB_STAGES: { before: readonly Stage<JobRun>[]; after: readonly Stage<JobRun>[] } = {
  before: [
    { name: 'prepare', run: prepareJob },
    { name: 'load', run: load },
  ],
  after: [{ name: 'close', run: closeJob }],
};

export const BATCH_STAGES: readonly Stage<BatchRun>[] = [
  { name: 'plan', run: plan },
  { name: 'condition', run: condition },
  { name: 'passes', run: passes },
  { name: 'decode', run: decode },
];

/** Stages of one picture, which turn a decoded picture into a file. */
export const IMAGE_STAGES = { finish: finishImage, save: saveImage } as const;
