import { useId } from 'react';
import classes from './weave.module.css';

/** A plain weave, faint: cloth on which there is no picture yet. */
export function Weave() {
  const id = useId();
  return (
    <svg className={classes.weave} aria-hidden="true">
      <defs>
        <pattern id={id} width="24" height="24" patternUnits="userSpaceOnUse">
          <g fill="currentColor">
            <rect x="1" y="2" width="10" height="8" rx="3" />
            <rect x="14" y="1" width="8" height="10" rx="3" />
            <rect x="2" y="13" width="8" height="10" rx="3" />
            <rect x="13" y="14" width="10" height="8" rx="3" />
          </g>
        </pattern>
      </defs>
      <rect width="100%" height="100%" fill={`url(#${id})`} />
    </svg>
  );
}
