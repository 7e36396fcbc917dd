/** What the page knows of the queue, and how each message changes it. Pure: the socket and the store are elsewhere. */
import type { Job, JobEvent, JobState } from '#contracts/job.ts';
import type { Snapshot } from '#contracts/live.ts';

export interface LiveJobs {
  /** Start of the server this knowledge is of. */
  boot: string | null;
  /** Number of the newest event seen; null before the first snapshot. */
  seq: number | null;
  jobs: Readonly<Record<string, Job>>;
}

export const NO_JOBS: LiveJobs = { boot: null, seq: null, jobs: {} };

/** Finished jobs kept in memory; older ones stay on the server. */
const FINISHED_KEPT = 200;

const FINISHED = new Set<JobState>(['done', 'failed', 'cancelled', 'abandoned', 'quarantined']);

export function isFinished(job: Job): boolean {
  return FINISHED.has(job.state);
}

/** A snapshot is the whole truth: what it does not name is gone. */
export function applySnapshot(_: LiveJobs, snapshot: Snapshot): LiveJobs {
  return {
    boot: snapshot.boot,
    seq: snapshot.seq,
    jobs: Object.fromEntries(snapshot.jobs.map((job) => [job.id, job])),
  };
}

/** Events that were seen already (they are sent again after a reconnect) change nothing. */
export function applyEvent(live: LiveJobs, event: JobEvent): LiveJobs {
  if (live.seq !== null && event.seq <= live.seq) return live;
  return { ...live, seq: event.seq, jobs: prune({ ...live.jobs, [event.jobId]: event.job }) };
}

/** The reply to a submission: known at once, unless an event told more already. */
export function addSubmitted(live: LiveJobs, job: Job): LiveJobs {
  if (live.jobs[job.id] !== undefined) return live;
  return { ...live, jobs: prune({ ...live.jobs, [job.id]: job }) };
}

function prune(jobs: Record<string, Job>): Record<string, Job> {
  const finished = finishedJobs(jobs);
  if (finished.length <= FINISHED_KEPT) return jobs;
  const dropped = new Set(finished.slice(FINISHED_KEPT).map((job) => job.id));
  return Object.fromEntries(Object.entries(jobs).filter(([id]) => !dropped.has(id)));
}

/** Jobs that wait or run, in the order they will be painted: the running one first. */
export function activeJobs(jobs: LiveJobs['jobs']): Job[] {
  return Object.values(jobs)
    .filter((job) => !isFinished(job))
    .sort((a, b) => Number(a.state === 'queued') - Number(b.state === 'queued') || byCreation(a, b));
}

/** Finished jobs, newest first. */
export function finishedJobs(jobs: LiveJobs['jobs']): Job[] {
  return Object.values(jobs)
    .filter(isFinished)
    .sort(
      (a, b) => (b.finishedAt ?? b.createdAt).localeCompare(a.finishedAt ?? a.createdAt) || -byCreation(a, b),
    );
}

function byCreation(a: Job, b: Job): number {
  return a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id);
}

/** The job an engine works on. */
export function runningJob(jobs: LiveJobs['jobs']): Job | null {
  return activeJobs(jobs).find((job) => job.state !== 'queued') ?? null;
}
