import { useEffect } from 'react';
import { runningJob } from '../../data/live-reducer.ts';
import { useLive } from '../../data/live-store.ts';
import { pageTitle } from './page-title.ts';

/** Keeps progress in the tab's title. */
export function usePageTitle(): void {
  const title = useLive((live) => pageTitle(live.progress, runningJob(live.jobs) !== null));
  useEffect(() => {
    document.title = title;
  }, [title]);
}
