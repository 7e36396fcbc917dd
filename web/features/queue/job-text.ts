/** A job's state in words. Pure. */
import type { Job, JobProgress } from '#contracts/job.ts';
import { formatEta, formatPercent } from '../shell/page-title.ts';

const ENDS: Partial<Record<Job['state'], string>> = {
  failed: 'Failed',
  cancelled: 'Cancelled',
  abandoned: 'Nobody waited for it any more',
  quarantined: 'Set aside: it ended the engine twice',
};

/** `position` counts from the running job, 0; null once finished. */
export function jobText(job: Job, position: number | null, progress: JobProgress | null): string {
  if (job.state === 'queued') {
    const place = position === null || position === 0 ? 'Next' : `${ordinal(position)} in the queue`;
    return job.attempt > 1 ? `${place}, attempt ${job.attempt}` : place;
  }
  if (job.state === 'leased' || job.state === 'running') {
    if (progress?.jobId !== job.id) return 'Getting ready';
    const eta = !progress.etaSeconds ? '' : `, ${formatEta(progress.etaSeconds)} left`;
    return `${formatPercent(progress.fraction)}, ${progress.phase}${eta}`;
  }
  return ENDS[job.state] ?? doneText(job);
}

function doneText(job: Job): string {
  const count = job.images.length;
  const pictures = count === 1 ? '1 picture' : `${count} pictures`;
  if (job.startedAt === null || job.finishedAt === null) return pictures;
  const seconds = (Date.parse(job.finishedAt) - Date.parse(job.startedAt)) / 1000;
  return `${pictures} in ${seconds < 60 ? `${seconds.toFixed(1)} s` : formatEta(seconds)}`;
}

export function ordinal(n: number): string {
  const ending = n % 100 >= 11 && n % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${ending}`;
}
