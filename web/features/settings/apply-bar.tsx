import { Button } from '@mantine/core';
import type { OptionSchema } from '../../data/api-types.ts';
import classes from './settings-tab.module.css';
import type { SettingsDraft } from './use-settings-draft.ts';

/** Apply or discard; always there, and says what would change. */
export function ApplyBar({ draft, schema }: { draft: SettingsDraft; schema: OptionSchema[] }) {
  const keys = Object.keys(draft.changes);
  const labels = keys.map((key) => schema.find((option) => option.key === key)?.label ?? key);
  const count = keys.length === 1 ? '1 change' : `${keys.length} changes`;
  return (
    <div className={classes.bar}>
      <p className={classes.summary} role="status" data-problem={draft.problem !== null}>
        {draft.problem?.message ?? (keys.length === 0 ? 'Nothing changed' : `${count}: ${labels.join(', ')}`)}
      </p>
      <Button variant="default" size="sm" disabled={keys.length === 0} onClick={draft.discard}>
        Discard
      </Button>
      <Button size="sm" disabled={keys.length === 0} loading={draft.saving} onClick={draft.apply}>
        Apply
      </Button>
    </div>
  );
}
