import { Group, Input, Pill } from '@mantine/core';
import { useField } from './form-store.ts';

/** Settings that this form's jobs override, as pasted pictures bring them along. Hidden while there are none. */
export function OverrideChips() {
  const [overrides, setOverrides] = useField('override_settings');
  const entries = Object.entries(overrides);
  if (entries.length === 0) return null;
  return (
    <Input.Wrapper label="Override settings" labelElement="div">
      <Group gap={6}>
        {entries.map(([key, value]) => (
          <Pill
            key={key}
            withRemoveButton
            removeButtonProps={{ 'aria-label': `Remove ${key}`, 'aria-hidden': false, tabIndex: 0 }}
            onRemove={() => setOverrides(Object.fromEntries(entries.filter(([other]) => other !== key)))}
          >
            {key}: {String(value)}
          </Pill>
        ))}
      </Group>
    </Input.Wrapper>
  );
}
