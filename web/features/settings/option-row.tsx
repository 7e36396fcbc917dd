import { IconRestore } from '@tabler/icons-react';
import { IconAction } from '../../components/icon-action.tsx';
import type { OptionSchema } from '../../data/api-types.ts';
import { OptionField } from './option-field.tsx';
import classes from './option-row.module.css';
import { sameValue } from './sections.ts';

interface Props {
  option: OptionSchema;
  value: unknown;
  changed: boolean;
  error: string | null;
  onChange: (value: unknown) => void;
}

/** One option: what it is, its control, and the way back to its default. */
export function OptionRow({ option, value, changed, error, onChange }: Props) {
  const isDefault = sameValue(value, option.default);
  return (
    <div className={classes.row} data-field={option.key}>
      <div className={classes.words}>
        <p className={classes.label}>
          {option.label}
          {changed && <span className={classes.changed}>not applied yet</span>}
          {option.reload && <span className={classes.note}>at the next start</span>}
        </p>
        {option.description && <p className={classes.description}>{option.description}</p>}
      </div>
      <div className={classes.control}>
        <OptionField option={option} value={value} onChange={onChange} error={error} />
      </div>
      <IconAction
        label={`Reset “${option.label}” to its default`}
        size={26}
        className={classes.reset ?? ''}
        disabled={isDefault}
        onClick={() => onChange(option.default)}
      >
        <IconRestore size={15} stroke={1.7} />
      </IconAction>
    </div>
  );
}
