import { Slider, Tooltip } from '@mantine/core';
import { useId } from 'react';
import { NumberField } from './number-field.tsx';
import classes from './slider-field.module.css';

interface Props {
  label: string;
  description?: string | undefined;
  value: number;
  min: number;
  max: number;
  step: number;
  integer?: boolean;
  disabled?: boolean;
  error?: string | null;
  onChange: (value: number) => void;
}

/** A slider for the hand and a number for the exact. The number may go beyond the slider's end. */
export function SliderField({
  label,
  description,
  value,
  min,
  max,
  step,
  integer,
  disabled,
  error,
  onChange,
}: Props) {
  const id = useId();
  const decimals = integer ? 0 : (String(step).split('.')[1]?.length ?? 0);
  return (
    <div className={classes.field}>
      <div className={classes.head}>
        <Tooltip label={description} disabled={description === undefined} multiline maw={280}>
          <label className={classes.label} htmlFor={id}>
            {label}
          </label>
        </Tooltip>
        <NumberField
          id={id}
          className={classes.number ?? ''}
          hideControls
          min={min}
          max={max}
          step={step}
          allowDecimal={!integer}
          disabled={disabled ?? false}
          value={value}
          onChange={onChange}
          error={error !== null && error !== undefined}
          aria-describedby={error ? `${id}-error` : undefined}
        />
      </div>
      <Slider
        className={classes.slider ?? ''}
        label={null}
        thumbLabel={`${label} slider`}
        min={min}
        max={max}
        step={step}
        disabled={disabled ?? false}
        value={Math.min(max, Math.max(min, value))}
        onChange={(next) => onChange(Number(next.toFixed(Math.max(decimals, 0))))}
      />
      {error && (
        <p className={classes.error} id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
