import { CloseButton } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { ErrorRecord } from '#contracts/errors.ts';
import classes from './generate-bar.module.css';
import { useProblem } from './problem-store.ts';

/** Why the last request was refused, unless the field at fault is on the page: then that one says it and gets the focus. */
export function ProblemNote() {
  const problem = useProblem((state) => state.problem);
  const clear = useProblem((state) => state.clear);
  /** The problem that its own field shows. */
  const [placed, setPlaced] = useState<ErrorRecord | null>(null);
  useEffect(() => {
    const field = problem && findField(problem);
    if (!field) return;
    setPlaced(problem);
    field.scrollIntoView({ block: 'center' });
    field.querySelector<HTMLElement>('input, textarea')?.focus({ preventScroll: true });
  }, [problem]);
  if (problem === null || placed === problem) return null;
  return (
    <div className={classes.problem} role="alert">
      <p>{problem.message}</p>
      <CloseButton size="sm" aria-label="Dismiss" onClick={clear} />
    </div>
  );
}

/** The control of the field that the problem names; null where there is none, or it is folded away. */
function findField(problem: ErrorRecord): Element | null {
  const name = problem.field?.split('.').at(-1);
  if (name === undefined) return null;
  const field = document.querySelector(`[data-field="${CSS.escape(name)}"]`)?.closest('div') ?? null;
  return field?.checkVisibility({ visibilityProperty: true }) ? field : null;
}
