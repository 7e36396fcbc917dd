import { type RefObject, useEffect } from 'react';
import { useLive } from '../../data/live-store.ts';
import { listPictures, paintingJob, stageView } from './pictures.ts';
import { useSelection } from './selection-store.ts';

const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

/** Moves the choice by one among live (if any) and pictures. Reads the stores: it runs on a key, not on a render. */
export function stepSelection(step: number): void {
  const { jobs } = useLive.getState();
  const { selected, select, follow } = useSelection.getState();
  const pictures = listPictures(jobs);
  const view = stageView(jobs, pictures, selected);
  const first = paintingJob(jobs) === null ? 0 : -1;
  const current = view.kind === 'picture' ? pictures.findIndex(({ key }) => key === view.picture.key) : first;
  const next = Math.min(pictures.length - 1, Math.max(first, current + step));
  const picture = pictures[next];
  if (next === -1) follow();
  else if (picture) select({ jobId: picture.job.id, index: picture.image.index });
}

/** Arrow keys move through the pictures while the strip has the focus, or nothing has. Enter on a tile views it. */
export function useGalleryKeys(active: boolean, strip: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    if (!active) return;
    const onKey = (event: KeyboardEvent) => {
      const step = STEPS[event.key];
      if (step === undefined || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      if (useSelection.getState().viewing) return;
      const inStrip = strip.current?.contains(document.activeElement) ?? false;
      if (!inStrip && document.activeElement !== document.body) return;
      event.preventDefault();
      stepSelection(step);
      if (inStrip) requestAnimationFrame(() => focusSelected(strip.current));
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [active, strip]);
}

function focusSelected(strip: HTMLElement | null): void {
  strip?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus();
}
