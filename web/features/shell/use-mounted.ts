import { useSyncExternalStore } from 'react';

const never = () => () => {};

/** False while the exported page is taken over, when nothing may depend on what this browser remembers. */
export function useMounted(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
