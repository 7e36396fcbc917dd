import type { Job } from '#contracts/job.ts';
import { hintFor } from './hints.ts';
import classes from './job-failure.module.css';

/** Why a job came to nothing, what can be done, and the engine's last words where it died. Warnings of any job, too. */
export function JobFailure({ job }: { job: Job }) {
  const { error, log, warnings } = job;
  const hint = error && hintFor(error.code);
  return (
    <>
      {warnings.map((warning) => (
        <p key={warning} className={classes.warning}>
          {warning}
        </p>
      ))}
      {error && (
        <div className={classes.failure}>
          <p>{error.message}</p>
          {hint && <p className={classes.hint}>{hint}</p>}
          {log && (
            <details>
              <summary>Log of the engine</summary>
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
              <pre className={classes.log} tabIndex={0}>
                {log}
              </pre>
            </details>
          )}
        </div>
      )}
    </>
  );
}
