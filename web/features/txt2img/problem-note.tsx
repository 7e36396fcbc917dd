import { CloseButton } from '@mantine/core';
import { useEffect } from 'react';
import classes from './generate-bar.module.css';
import { useProblem } from './problem-store.ts';

/** Why the last request was refused. Also brings the field at fault into view. */
export function ProblemNote() {
  const problem = useProblem((state) => state.problem);
  const clear = useProblem((state) => state.clear);
  useEffect(() => {
    const name = problem?.field?.split('.').at(-1);
    if (name === undefined) return;
    document.querySelector(`[data-field="${CSS.escape(name)}"]`)?.scrollIntoView({ block: 'center' });
  }, [problem]);
  if (problem === null) return null;
  return (
    <div className={classes.problem} role="alert">
      <p>{problem.message}</p>
      <CloseButton size="sm" aria-label="Dismiss" onClick={clear} />
    </div>
  );
}
