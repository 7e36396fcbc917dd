import { useEffect, useRef } from 'react';
import { runningJob } from '../../data/live-reducer.ts';
import { useLive } from '../../data/live-store.ts';
import { useJobAction } from '../queue/use-job-action.ts';

export function isApple(): boolean {
  return /Mac|iPhone|iPad/.test(navigator.platform);
}

/** Something is open that has its own use for Esc. */
const OPEN = '[role="dialog"], [aria-haspopup="listbox"][aria-expanded="true"]';

/**
 * Ctrl/⌘+Enter paints, Alt+Enter skips, Esc interrupts. Listens in the capture phase: before a popup that Esc closes
 * is gone, and before a text field takes the Enter.
 */
export function useShortcuts(active: boolean, submit: () => void): void {
  const act = useJobAction();
  const latest = useRef({ submit, act });
  useEffect(() => {
    latest.current = { submit, act };
  });
  useEffect(() => {
    if (!active) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.isComposing || event.repeat) return;
      const running = runningJob(useLive.getState().jobs);
      const popup = document.querySelector(OPEN) !== null;
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !popup) latest.current.submit();
      else if (event.key === 'Enter' && event.altKey && running) latest.current.act(running.id, 'skip');
      else if (event.key === 'Escape' && running && !popup) latest.current.act(running.id, 'interrupt');
      else return;
      event.preventDefault();
      event.stopPropagation();
    };
    window.addEventListener('keydown', onKey, true);
    return () => window.removeEventListener('keydown', onKey, true);
  }, [active]);
}
