import type { Job } from '#contracts/job.ts';
import { JobFailure } from '../queue/job-failure.tsx';
import classes from './failed-stage.module.css';

/** The newest job came to nothing: why, in the place of its picture. */
export function FailedStage({ job }: { job: Job }) {
  return (
    <div className={classes.failed}>
      <h2>This picture could not be painted</h2>
      <JobFailure job={job} />
    </div>
  );
}
