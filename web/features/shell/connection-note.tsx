import { Loader } from '@mantine/core';
import { useLive } from '../../data/live-store.ts';
import classes from './connection-note.module.css';

/** Floats over the page, so that nothing moves when the connection goes and comes. */
export function ConnectionNote() {
  const lost = useLive((live) => live.connection === 'lost');
  return (
    <div className={classes.region} role="status">
      {lost && (
        <div className={classes.note}>
          <Loader size={13} color="red" aria-hidden />
          Connection lost. Trying to reach the server…
        </div>
      )}
    </div>
  );
}
