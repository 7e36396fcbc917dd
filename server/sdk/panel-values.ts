import type { Manifest, Panel } from '#contracts/manifest.ts';
import type { JobContext } from './types.ts';

export type PanelValues = Record<string, unknown>;

/** A panel's values in a request: what was sent, and the fields' defaults for the rest. */
export function withDefaults(panel: Panel, sent: PanelValues | undefined): PanelValues {
  return Object.fromEntries(panel.fields.map((field) => [field.key, sent?.[field.key] ?? field.default]));
}

/** 'off' when every panel of the extension has a switch and none is on; an extension without panels is always on. */
export function enabledPanels(manifest: Manifest, job: JobContext, id: string): Panel[] | 'off' {
  if (manifest.panels.length === 0) return [];
  const sent = job.request.extensions[id];
  const on = manifest.panels.filter((panel) => {
    return panel.enabledBy === undefined || withDefaults(panel, sent)[panel.enabledBy] === true;
  });
  return on.length === 0 ? 'off' : on;
}

/** Values of one enabled panel with defaults filled in; null where it is switched off or unknown. */
export function panelValues(
  manifest: Manifest,
  job: JobContext,
  id: string,
  panelId?: string,
): PanelValues | null {
  const panels = enabledPanels(manifest, job, id);
  if (panels === 'off') return null;
  const panel = panelId === undefined ? panels[0] : panels.find((candidate) => candidate.id === panelId);
  return panel ? withDefaults(panel, job.request.extensions[id]) : null;
}
