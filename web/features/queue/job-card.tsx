import { IconX } from '@tabler/icons-react';
import type { Job } from '#contracts/job.ts';
import { IconAction } from '../../components/icon-action.tsx';
import { Weave } from '../../components/weave.tsx';
import { appUrl } from '../../data/base-path.ts';
import { isFinished } from '../../data/live-reducer.ts';
import { useLive } from '../../data/live-store.ts';
import { useSelection } from '../gallery/selection-store.ts';
import classes from './job-card.module.css';
import { JobFailure } from './job-failure.tsx';
import { jobText } from './job-text.ts';
import { useJobAction } from './use-job-action.ts';

/** One job of the queue. */
export function JobCard({ job, position }: { job: Job; position: number | null }) {
  const progress = useLive((live) => live.progress);
  const act = useJobAction();
  return (
    <li className={classes.card}>
      <JobThumb job={job} />
      <div>
        <p className={classes.prompt}>{job.request.prompt || '(no prompt)'}</p>
        <p className={classes.state}>{jobText(job, position, progress)}</p>
      </div>
      {!isFinished(job) && (
        <IconAction label="Cancel this job" size={26} onClick={() => act(job.id, 'cancel')}>
          <IconX size={15} stroke={1.7} />
        </IconAction>
      )}
      {(job.error !== null || job.warnings.length > 0) && (
        <div className={classes.wide}>
          <JobFailure job={job} />
        </div>
      )}
    </li>
  );
}

function JobThumb({ job }: { job: Job }) {
  const select = useSelection((state) => state.select);
  const image = job.images.at(-1);
  if (image === undefined) {
    return (
      <span className={classes.thumb}>
        <Weave />
      </span>
    );
  }
  return (
    <button
      type="button"
      className={classes.thumb}
      aria-label="Show this picture"
      onClick={() => select({ jobId: job.id, index: image.index })}
    >
      <img src={appUrl(image.url)} alt="" loading="lazy" />
    </button>
  );
}
