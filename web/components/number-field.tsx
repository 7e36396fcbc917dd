import { NumberInput, type NumberInputProps } from '@mantine/core';
import { useEffect, useState } from 'react';

type Props = Omit<NumberInputProps, 'value' | 'onChange' | 'onBlur'> & {
  value: number;
  onChange: (value: number) => void;
};

/**
 * A number that may be typed freely: emptied for a moment, or out of range, in which case the server says what it
 * accepts. Left empty it returns to the last number.
 */
export function NumberField({ value, onChange, ...props }: Props) {
  const [draft, setDraft] = useState<number | string>(value);
  useEffect(() => setDraft(value), [value]);
  return (
    <NumberInput
      clampBehavior="none"
      {...props}
      value={draft}
      onChange={(next) => {
        setDraft(next);
        if (typeof next === 'number') onChange(next);
      }}
      onBlur={() => {
        if (typeof draft !== 'number') setDraft(value);
      }}
    />
  );
}
