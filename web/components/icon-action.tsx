import { ActionIcon, type ActionIconProps, Tooltip } from '@mantine/core';
import type { ComponentPropsWithoutRef, ReactNode } from 'react';

type Props = ActionIconProps &
  Omit<ComponentPropsWithoutRef<'button'>, keyof ActionIconProps> & {
    /** Says what it does: tooltip and accessible name. */
    label: string;
    /** Keys that do the same, as the tooltip shows them. */
    keys?: string;
    children: ReactNode;
  };

/** A button that is an icon alone. */
export function IconAction({ label, keys, children, ...props }: Props) {
  return (
    <Tooltip label={keys === undefined ? label : `${label}  ·  ${keys}`}>
      <ActionIcon aria-label={label} {...props}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
