import { Select, Tooltip } from '@mantine/core';
import type { ComponentProps } from 'react';
import { NumberField } from '../../components/number-field.tsx';
import { SliderField } from '../../components/slider-field.tsx';
import { useField } from './form-store.ts';
import type { FormValues } from './form-values.ts';
import { useFieldProblem } from './problem-store.ts';

/** Fields of the form whose values are of a type. */
type FieldsOf<T> = { [K in keyof FormValues]: FormValues[K] extends T ? K : never }[keyof FormValues];

type SliderProps = Omit<ComponentProps<typeof SliderField>, 'value' | 'onChange' | 'error'> & {
  field: FieldsOf<number>;
};

/** A slider for one field of the form. */
export function FormSlider({ field, ...slider }: SliderProps) {
  const [value, setValue] = useField(field);
  const problem = useFieldProblem(field);
  return (
    <div data-field={field}>
      <SliderField {...slider} value={value} onChange={setValue} error={problem} />
    </div>
  );
}

interface NumberProps {
  field: FieldsOf<number>;
  label: string;
  description?: string;
  min: number;
  max: number;
  step?: number;
  disabled?: boolean;
}

/** A whole number for one field of the form. */
export function FormNumber({ field, label, description, ...input }: NumberProps) {
  const [value, setValue] = useField(field);
  return (
    <NumberField
      label={
        <Tooltip label={description} disabled={description === undefined}>
          <span>{label}</span>
        </Tooltip>
      }
      allowDecimal={false}
      {...input}
      value={value}
      onChange={setValue}
      error={useFieldProblem(field)}
      data-field={field}
    />
  );
}

interface SelectProps {
  field: FieldsOf<string>;
  label: string;
  /** Undefined while unknown. */
  choices: readonly string[] | undefined;
  /** The choice that stands for an empty value; without it there is none. */
  none?: string;
}

/** A choice for one field of the form. */
export function FormSelect({ field, label, choices = [], none }: SelectProps) {
  const [value, setValue] = useField(field);
  const shown = value === '' && none !== undefined ? none : value;
  const offered = none === undefined ? choices : [none, ...choices];
  return (
    <Select
      label={label}
      // A value that the server does not list (not read yet, or of a pasted picture) is shown all the same.
      data={offered.includes(shown) ? [...offered] : [...offered, shown]}
      value={shown}
      onChange={(next) => next !== null && setValue(next === none ? '' : next)}
      allowDeselect={false}
      searchable
      error={useFieldProblem(field)}
      data-field={field}
    />
  );
}
