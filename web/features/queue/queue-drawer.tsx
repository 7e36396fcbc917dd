import { Drawer } from '@mantine/core';
import { useMemo } from 'react';
import { activeJobs, finishedJobs } from '../../data/live-reducer.ts';
import { useLive } from '../../data/live-store.ts';
import { JobCard } from './job-card.tsx';
import classes from './queue-drawer.module.css';

/** What is painted, what waits, and what became of the rest. The same in every browser. */
export function QueueDrawer({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size={400}
      title="Queue"
      overlayProps={{ backgroundOpacity: 0.4 }}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <QueueLists />
    </Drawer>
  );
}

function QueueLists() {
  const jobs = useLive((live) => live.jobs);
  const active = useMemo(() => activeJobs(jobs), [jobs]);
  const finished = useMemo(() => finishedJobs(jobs).slice(0, 50), [jobs]);
  if (active.length + finished.length === 0)
    return <p className={classes.nothing}>Nothing was painted yet.</p>;
  return (
    <>
      {active.length > 0 && (
        <ul className={classes.list} aria-label="Running and waiting jobs">
          {active.map((job, position) => (
            <JobCard key={job.id} job={job} position={position} />
          ))}
        </ul>
      )}
      {finished.length > 0 && (
        <>
          <h3 className={classes.heading}>Finished</h3>
          <ul className={classes.list} aria-label="Finished jobs">
            {finished.map((job) => (
              <JobCard key={job.id} job={job} position={null} />
            ))}
          </ul>
        </>
      )}
    </>
  );
}
