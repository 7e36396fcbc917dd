import { Select, Switch, Textarea, TextInput } from '@mantine/core';
import type { Field } from '#contracts/manifest.ts';
import { NumberField } from '../components/number-field.tsx';
import { SliderField } from '../components/slider-field.tsx';

interface Props {
  field: Field;
  value: unknown;
  onChange: (value: unknown) => void;
  error?: string | null;
  /** Small words after the label, e.g. "edited". */
  note?: string | undefined;
}

/** One declared field as the control of its kind. */
export function FormField({ field, value, onChange, error = null, note }: Props) {
  const { description } = field;
  const label = note === undefined ? field.label : `${field.label} (${note})`;
  switch (field.kind) {
    case 'toggle':
      return (
        <Switch
          label={label}
          description={description}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
          error={error}
        />
      );
    case 'text': {
      const Text = (field.lines ?? 1) > 1 ? Textarea : TextInput;
      return (
        <Text
          label={label}
          description={description}
          value={String(value ?? '')}
          onChange={(event) => onChange(event.currentTarget.value)}
          error={error}
          {...(Text === Textarea ? { rows: field.lines } : {})}
        />
      );
    }
    case 'choice':
      return (
        <Select
          label={label}
          description={description}
          data={field.choices}
          value={String(value ?? '')}
          onChange={(next) => next !== null && onChange(next)}
          allowDeselect={false}
          error={error}
        />
      );
    case 'slider':
      return (
        <SliderField
          label={label}
          description={description}
          min={field.min}
          max={field.max}
          step={field.step}
          integer={field.integer ?? false}
          value={Number(value)}
          onChange={onChange}
          error={error}
        />
      );
    case 'number':
      return (
        <NumberField
          label={label}
          description={description}
          min={field.min}
          max={field.max}
          step={field.step}
          allowDecimal={!field.integer}
          value={Number(value)}
          onChange={onChange}
          error={error}
        />
      );
  }
}
