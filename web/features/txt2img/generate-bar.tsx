import { Button } from '@mantine/core';
import { IconPlayerSkipForward, IconPlayerStop } from '@tabler/icons-react';
import { IconAction } from '../../components/icon-action.tsx';
import { activeJobs, runningJob } from '../../data/live-reducer.ts';
import { useLive } from '../../data/live-store.ts';
import { useJobAction } from '../queue/use-job-action.ts';
import { useForm } from './form-store.ts';
import classes from './generate-bar.module.css';
import { ProblemNote } from './problem-note.tsx';
import { isApple } from './use-shortcuts.ts';

const RESETTABLE = (key: string) => key !== 'prompt' && key !== 'negative_prompt';

/** Generate, Interrupt and Skip. They are always there: nothing moves when a job starts. */
export function GenerateBar({ submit, isPending }: { submit: () => void; isPending: boolean }) {
  const runningId = useLive((live) => runningJob(live.jobs)?.id ?? null);
  const waiting = useLive((live) => activeJobs(live.jobs).filter((job) => job.state === 'queued').length);
  const act = useJobAction();
  const changed = useForm((state) => Object.keys(state.edits).some(RESETTABLE));
  const reset = useForm((state) => state.reset);
  return (
    <div className={classes.bar}>
      <ProblemNote />
      <div className={classes.inner}>
        <div className={classes.buttons}>
          <Button size="md" h={40} fz="sm" loading={isPending} onClick={submit}>
            Generate
          </Button>
          <IconAction
            label="Skip to the next batch"
            keys="Alt+Enter"
            size={40}
            variant="default"
            disabled={runningId === null}
            onClick={() => runningId && act(runningId, 'skip')}
          >
            <IconPlayerSkipForward size={18} stroke={1.6} />
          </IconAction>
          <IconAction
            label="Interrupt"
            keys="Esc"
            size={40}
            variant="default"
            disabled={runningId === null}
            onClick={() => runningId && act(runningId, 'interrupt')}
          >
            <IconPlayerStop size={18} stroke={1.6} />
          </IconAction>
        </div>
        <div className={classes.status}>
          <span>
            <span role="status">{queueText(runningId !== null, waiting)}</span>
            {runningId === null && waiting === 0 && (
              <span className={classes.keys}>{isApple() ? '⌘' : 'Ctrl'}+Enter</span>
            )}
          </span>
          <button type="button" className={classes.reset} hidden={!changed} onClick={reset}>
            Reset to defaults
          </button>
        </div>
      </div>
    </div>
  );
}

function queueText(running: boolean, waiting: number): string {
  const behind = waiting === 0 ? '' : `${waiting} ${running ? 'more ' : ''}in the queue`;
  return [running ? 'Painting' : '', behind].filter(Boolean).join(', ');
}
