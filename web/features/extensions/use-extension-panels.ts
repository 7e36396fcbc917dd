import { useMemo } from 'react';
import { useExtensions } from '../../data/queries.ts';
import type { ExtensionPanel } from '../txt2img/form-values.ts';

/** Panels of the enabled extensions that belong into txt2img. */
export function useExtensionPanels(): ExtensionPanel[] {
  const { data } = useExtensions();
  return useMemo(
    () =>
      (data ?? [])
        .filter(({ enabled }) => enabled)
        .flatMap(({ id, manifest }) => manifest.panels.map((panel) => ({ extension: id, panel })))
        .filter(({ panel }) => panel.tabs.includes('txt2img')),
    [data],
  );
}
