import { IconPhotoSpark, IconSettings, IconStack2 } from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { Logo } from '../../components/logo.tsx';
import { activeJobs } from '../../data/live-reducer.ts';
import { useLive } from '../../data/live-store.ts';
import { EngineDot } from './engine-dot.tsx';
import classes from './rail.module.css';
import { SchemeToggle } from './scheme-toggle.tsx';
import { TABS, type Tab } from './use-tab.ts';

const FACES: Record<Tab, { label: string; Icon: ComponentType<{ size: number; stroke: number }> }> = {
  txt2img: { label: 'txt2img', Icon: IconPhotoSpark },
  settings: { label: 'Settings', Icon: IconSettings },
};

/** Tabs, the queue and the look of the page; a bar at the bottom of a phone. */
export function Rail({ tab, onQueue }: { tab: Tab; onQueue: () => void }) {
  const waiting = useLive((live) => activeJobs(live.jobs).length);
  return (
    <nav className={classes.rail} aria-label="Main">
      <h1 className="visually-hidden">Tapestry</h1>
      <span className={classes.logo}>
        <Logo />
      </span>
      {TABS.map((each) => {
        const { label, Icon } = FACES[each];
        return (
          <a
            key={each}
            className={classes.item}
            href={`#${each}`}
            aria-current={each === tab ? 'page' : undefined}
          >
            <Icon size={20} stroke={1.6} />
            {label}
          </a>
        );
      })}
      <span className={classes.spacer} />
      <button type="button" className={classes.item} onClick={onQueue} aria-haspopup="dialog">
        <IconStack2 size={20} stroke={1.6} />
        Queue
        {waiting > 0 && (
          <span className={classes.count}>
            {waiting}
            <span className="visually-hidden"> jobs</span>
          </span>
        )}
      </button>
      <SchemeToggle />
      <EngineDot />
    </nav>
  );
}
