import { Textarea, Tooltip } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useId } from 'react';
import { useTokenCount } from '../../data/queries.ts';
import { useField } from './form-store.ts';
import { useFieldProblem } from './problem-store.ts';
import classes from './prompt-field.module.css';
import { ReadInfotext } from './read-infotext.tsx';

interface Props {
  field: 'prompt' | 'negative_prompt' | 'hr_prompt' | 'hr_negative_prompt';
  label: string;
  rows: number;
  placeholder: string;
}

/** A prompt or negative prompt, with its token count; the prompt also reads settings that were pasted into it. */
export function PromptField({ field, label, rows, placeholder }: Props) {
  const id = useId();
  const [text, setText] = useField(field);
  const problem = useFieldProblem(field);
  return (
    <div className={classes.field} data-field={field}>
      <div className={classes.head}>
        <label className={classes.label} htmlFor={id}>
          {label}
        </label>
        {field === 'prompt' && <ReadInfotext text={text} />}
        <TokenCounter text={text} label={label} />
      </div>
      <Textarea
        id={id}
        className={classes.text ?? ''}
        rows={rows}
        placeholder={placeholder}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        error={problem}
      />
    </div>
  );
}

/** "12/75": tokens of the text, and room in the chunks it fills. */
function TokenCounter({ text, label }: { text: string; label: string }) {
  const [settled] = useDebouncedValue(text, 400);
  const { data } = useTokenCount(settled);
  const count = data ?? { count: 0, max: 75 };
  return (
    <Tooltip label={`${count.count} tokens; the text encoder reads them in chunks of 75`}>
      <span className={classes.count}>
        <span className="visually-hidden">{label} tokens: </span>
        {count.count}/{count.max}
      </span>
    </Tooltip>
  );
}
