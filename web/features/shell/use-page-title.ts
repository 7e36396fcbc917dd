import { useEffect } from 'react';
import { activeJobs } from '../../data/live-reducer.ts';
import { useLive } from '../../data/live-store.ts';
import { pageTitle } from './page-title.ts';

/** Keeps progress in the tab's title. */
export function usePageTitle(): void {
  const title = useLive((live) => pageTitle(live.progress, activeJobs(live.jobs).length > 0));
  useEffect(() => {
    document.title = title;
  }, [title]);
}
