import { useSyncExternalStore } from 'react';

/** Tabs that work, in order. The address's hash says which is open, so that back, reload and links work. */
export const TABS = ['txt2img', 'settings'] as const;
export type Tab = (typeof TABS)[number];

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

const read = (): Tab => TABS.find((tab) => location.hash === `#${tab}`) ?? 'txt2img';

export function useTab(): Tab {
  return useSyncExternalStore(subscribe, read, () => 'txt2img' as const);
}
