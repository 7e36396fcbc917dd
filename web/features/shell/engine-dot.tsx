import { Tooltip } from '@mantine/core';
import type { EngineStatus } from '#contracts/live.ts';
import { useLive } from '../../data/live-store.ts';
import { useStatus } from '../../data/queries.ts';
import classes from './rail.module.css';

const WORDS: Record<EngineStatus['state'], string> = {
  starting: 'Engine starting',
  ready: 'Engine ready',
  busy: 'Engine painting',
  dead: 'Engine ended; a new one is starting',
};

/** Which device paints, and whether it is well. */
export function EngineDot() {
  const { data } = useStatus();
  const engine = useLive((live) => live.engine) ?? data ?? null;
  const lines = engine === null ? ['Engine unknown'] : [WORDS[engine.state], ...engine.notes];
  if (data) lines.push(`Tapestry ${data.version}`);
  return (
    <Tooltip
      label={lines.map((line) => <div key={line}>{line}</div>)}
      position="right-end"
      multiline
      maw={320}
    >
      <div className={classes.engine}>
        <span className={classes.dot} data-state={engine?.state} />
        {engine?.provider ?? ' '}
        <span className="visually-hidden">{lines.join('. ')}</span>
      </div>
    </Tooltip>
  );
}
