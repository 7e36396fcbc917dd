import { Accordion, Switch } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './fold.module.css';

/** A stack of folds, closed at first. */
export function Folds({ children }: { children: ReactNode }) {
  return (
    <Accordion multiple chevronPosition="left" chevronSize={16} variant="unstyled" order={2}>
      {children}
    </Accordion>
  );
}

interface Props {
  /** Tells the folds of a stack apart. */
  id: string;
  title: string;
  /** Small words after the title; where there is no room for all of them, the last of them alone. */
  note?: readonly string[];
  /** Whether what lies in the fold is in use; without it there is no switch. */
  checked?: boolean | undefined;
  onSwitch?: (checked: boolean) => void;
  children: ReactNode;
}

/** Fields under a title that opens them, with the switch of the whole in the header. */
export function Fold({ id, title, note = [], checked, onSwitch, children }: Props) {
  return (
    <Accordion.Item value={id} className={classes.panel ?? ''}>
      <div className={classes.head}>
        <Accordion.Control
          classNames={{
            control: classes.control ?? '',
            label: classes.title ?? '',
            chevron: classes.chevron ?? '',
          }}
        >
          <span>{title}</span>
          {note.length > 0 && (
            <span className={classes.note}>
              {note.map((words) => (
                <span key={words}>{words}</span>
              ))}
            </span>
          )}
        </Accordion.Control>
        {checked !== undefined && (
          <Switch
            aria-label={`Enable ${title}`}
            checked={checked}
            onChange={(event) => onSwitch?.(event.currentTarget.checked)}
          />
        )}
      </div>
      <Accordion.Panel>{children}</Accordion.Panel>
    </Accordion.Item>
  );
}
