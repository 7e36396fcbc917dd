import type { Job, JobProgress } from '#contracts/job.ts';
import { useLive } from '../../data/live-store.ts';
import { formatEta, formatPercent } from '../shell/page-title.ts';
import type { Picture, StageView } from './pictures.ts';
import classes from './stage.module.css';

/** One line over the stage: progress while painting, facts of the picture otherwise. */
export function StageStatus({ view }: { view: StageView }) {
  const progress = useLive((live) => live.progress);
  if (view.kind === 'live') return <LiveStatus job={view.job} progress={progress} />;
  return <p className={classes.status}>{view.kind === 'picture' ? factsOf(view.picture) : ''}</p>;
}

function LiveStatus({ job, progress }: { job: Job; progress: JobProgress | null }) {
  if (progress?.jobId !== job.id) return <p className={classes.status}>Getting ready…</p>;
  const parts = [progress.phase];
  if (progress.steps > 0) parts.push(`step ${progress.step} of ${progress.steps}`);
  if (progress.batches > 1) parts.push(`batch ${progress.batch + 1} of ${progress.batches}`);
  if (progress.etaSeconds) parts.push(`${formatEta(progress.etaSeconds)} left`);
  return (
    <p className={classes.status}>
      <strong>{formatPercent(progress.fraction)}</strong> · {parts.join(' · ')}
    </p>
  );
}

function factsOf({ job, image }: Picture): string {
  const facts = [`${image.width} × ${image.height}`, image.grid ? 'grid' : `seed ${image.seed}`];
  if (job.startedAt !== null && job.finishedAt !== null) {
    const seconds = (Date.parse(job.finishedAt) - Date.parse(job.startedAt)) / 1000;
    facts.push(
      job.images.length > 1 ? `${job.images.length} in ${seconds.toFixed(1)} s` : `${seconds.toFixed(1)} s`,
    );
  }
  return facts.join(' · ');
}
