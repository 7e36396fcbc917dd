import { useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { IconMoon, IconSun } from '@tabler/icons-react';
import classes from './rail.module.css';

/** Dark or light. Until it is used, the page follows the system. */
export function SchemeToggle() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('dark');
  const other = scheme === 'dark' ? 'light' : 'dark';
  return (
    <button
      type="button"
      className={classes.item}
      onClick={() => setColorScheme(other)}
      aria-label={`Switch to ${other}`}
    >
      {scheme === 'dark' ? <IconSun size={20} stroke={1.6} /> : <IconMoon size={20} stroke={1.6} />}
      <span aria-hidden>{scheme === 'dark' ? 'Light' : 'Dark'}</span>
    </button>
  );
}
