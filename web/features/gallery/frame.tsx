import type { CSSProperties, ReactNode } from 'react';
import classes from './frame.module.css';
import { largestWidth } from './frame-size.ts';

/** A box of the picture's shape, there before the picture is. */
export function Frame({ width, height, children }: { width: number; height: number; children: ReactNode }) {
  const style = {
    '--ratio': `${Math.max(1, width)} / ${Math.max(1, height)}`,
    '--largest': `${largestWidth(width, height)}px`,
  } as CSSProperties;
  return (
    <div className={classes.frame} style={style}>
      {children}
    </div>
  );
}
