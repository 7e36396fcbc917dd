import { MultiSelect, Select, Switch, TagsInput, TextInput } from '@mantine/core';
import { NumberField } from '../../components/number-field.tsx';
import type { OptionSchema } from '../../data/api-types.ts';

interface Props {
  option: OptionSchema;
  value: unknown;
  onChange: (value: unknown) => void;
  error: string | null;
}

/** The control of one option, by its type. The row around it has label and description. */
export function OptionField({ option, value, onChange, error }: Props) {
  const { type, choices } = option;
  const named = { 'aria-label': option.label, error };
  const shared = { ...named, w: '100%' };
  if (type === 'boolean') {
    return (
      <Switch
        {...named}
        size="sm"
        checked={value === true}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    );
  }
  if (type === 'integer' || type === 'number') {
    return (
      <NumberField
        {...shared}
        {...(option.min === undefined ? {} : { min: option.min })}
        {...(option.max === undefined ? {} : { max: option.max })}
        step={option.step ?? (type === 'integer' ? 1 : 0.01)}
        allowDecimal={type === 'number'}
        value={Number(value ?? 0)}
        onChange={onChange}
      />
    );
  }
  if (type === 'list') {
    const List = choices ? MultiSelect : TagsInput;
    const items = Array.isArray(value) ? value.map(String) : [];
    return (
      <List {...shared} {...(choices ? { data: [...choices] } : {})} value={items} onChange={onChange} />
    );
  }
  if (choices) {
    return (
      <Select
        {...shared}
        data={[...choices]}
        value={String(value ?? '')}
        onChange={(next) => next !== null && onChange(next)}
        allowDeselect={false}
        searchable
      />
    );
  }
  return (
    <TextInput
      {...shared}
      value={String(value ?? '')}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
