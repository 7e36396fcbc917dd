import { TextInput } from '@mantine/core';
import { IconArrowsExchange } from '@tabler/icons-react';
import { useState } from 'react';
import { IconAction } from '../../components/icon-action.tsx';
import { useField, useForm, useFormDefaults } from './form-store.ts';
import { useFieldProblem } from './problem-store.ts';
import { parseEdge, parseSize, RATIOS, sizeOfRatio } from './size.ts';
import classes from './size-fields.module.css';

/** Width and height, swapping, and the usual ratios at the checkpoint's own pixel count. */
export function SizeFields() {
  const [width] = useField('width');
  const [height] = useField('height');
  const edit = useForm((state) => state.edit);
  const native = useFormDefaults();
  const upright = height > width;
  return (
    <div>
      <div className={classes.row}>
        <EdgeField field="width" label="Width" />
        <IconAction label="Swap width and height" onClick={() => edit({ width: height, height: width })}>
          <IconArrowsExchange size={16} stroke={1.7} />
        </IconAction>
        <EdgeField field="height" label="Height" />
      </div>
      <fieldset
        className={classes.ratios}
        aria-label="Aspect ratio"
        style={{ border: 0, padding: 0, marginInline: 0 }}
      >
        {RATIOS.map((wide) => {
          const ratio = upright ? wide.split(':').reverse().join(':') : wide;
          const size = sizeOfRatio(ratio, native);
          const pressed = size.width === width && size.height === height;
          return (
            <button
              key={wide}
              type="button"
              className={classes.ratio}
              aria-pressed={pressed}
              title={`${size.width} × ${size.height}`}
              onClick={() => edit(size)}
            >
              {ratio}
            </button>
          );
        })}
      </fieldset>
    </div>
  );
}

/** One edge. "768x512" fills both. What is no number goes back to the last one when the field is left. */
function EdgeField({ field, label }: { field: 'width' | 'height'; label: string }) {
  const [edge, setEdge] = useField(field);
  const edit = useForm((state) => state.edit);
  const problem = useFieldProblem(field);
  /** What is being typed; null while the field is not in use. */
  const [draft, setDraft] = useState<string | null>(null);
  const take = (text: string) => {
    setDraft(text);
    const size = parseSize(text);
    const number = parseEdge(text);
    if (size !== null) edit({ ...size });
    else if (number !== null) setEdge(number);
  };
  return (
    <TextInput
      label={label}
      inputMode="numeric"
      autoComplete="off"
      value={draft ?? String(edge)}
      onChange={(event) => take(event.currentTarget.value)}
      onBlur={() => setDraft(null)}
      onKeyDown={(event) => {
        const step = event.key === 'ArrowUp' ? 8 : event.key === 'ArrowDown' ? -8 : 0;
        if (step === 0 || event.altKey || event.ctrlKey || event.metaKey) return;
        event.preventDefault();
        take(String(Math.max(8, edge + step)));
      }}
      error={problem}
      data-field={field}
    />
  );
}
