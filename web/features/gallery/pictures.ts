/** The pictures of all known jobs as one list, and what the stage shows of them. Pure. */
import type { Job, JobImage } from '#contracts/job.ts';
import { activeJobs, finishedJobs, type LiveJobs, runningJob } from '../../data/live-reducer.ts';
import type { PictureRef } from './selection-store.ts';

export interface Picture {
  key: string;
  job: Job;
  image: JobImage;
}

/** Newest first; within a job, the last painted first. */
export function listPictures(jobs: LiveJobs['jobs']): Picture[] {
  return [...activeJobs(jobs), ...finishedJobs(jobs)].flatMap((job) =>
    job.images.map((image) => ({ key: `${job.id}/${image.index}`, job, image })).reverse(),
  );
}

/** The running job, while pictures of it are missing: after that nothing of it is to be waited for. */
export function paintingJob(jobs: LiveJobs['jobs']): Job | null {
  const job = runningJob(jobs);
  if (job === null) return null;
  const painted = job.images.filter(({ grid }) => !grid).length;
  return painted < job.request.n_iter * job.request.batch_size ? job : null;
}

export type StageView =
  | { kind: 'live'; job: Job }
  | { kind: 'picture'; picture: Picture }
  | { kind: 'failed'; job: Job }
  | { kind: 'empty' };

/** The chosen picture; else what is newest: the running job, a failure nobody has painted over, the last picture. */
export function stageView(
  jobs: LiveJobs['jobs'],
  pictures: Picture[],
  selected: PictureRef | null,
): StageView {
  const chosen = selected && pictures.find((each) => each.key === `${selected.jobId}/${selected.index}`);
  if (chosen) return { kind: 'picture', picture: chosen };
  const painting = paintingJob(jobs);
  if (painting) return { kind: 'live', job: painting };
  if (runningJob(jobs) && pictures[0]) return { kind: 'picture', picture: pictures[0] };
  const last = finishedJobs(jobs).find((job) => job.state !== 'cancelled' && job.state !== 'abandoned');
  if (last && (last.state === 'failed' || last.state === 'quarantined')) return { kind: 'failed', job: last };
  const newest = pictures[0];
  return newest ? { kind: 'picture', picture: newest } : { kind: 'empty' };
}
