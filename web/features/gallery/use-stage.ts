import { useMemo } from 'react';
import { useLive } from '../../data/live-store.ts';
import { listPictures, type Picture, type StageView, stageView } from './pictures.ts';
import { useSelection } from './selection-store.ts';

/** All pictures, newest first. */
export function usePictures(): Picture[] {
  const jobs = useLive((live) => live.jobs);
  return useMemo(() => listPictures(jobs), [jobs]);
}

/** What the stage shows. */
export function useStageView(): StageView {
  const jobs = useLive((live) => live.jobs);
  const pictures = usePictures();
  const selected = useSelection((state) => state.selected);
  return useMemo(() => stageView(jobs, pictures, selected), [jobs, pictures, selected]);
}

/** The picture on the stage; null while a job, a failure or nothing is shown. */
export function useStagePicture(): Picture | null {
  const view = useStageView();
  return view.kind === 'picture' ? view.picture : null;
}
