/** Values of a panel whose fields an extension declared as data. Pure. */
import type { Field, Panel } from '#contracts/manifest.ts';

export type PanelValues = Record<string, unknown>;

/** Every field's value: the chosen one, or the field's default. */
export function panelValues(panel: Panel, chosen: PanelValues | undefined): PanelValues {
  return Object.fromEntries(panel.fields.map((field) => [field.key, chosen?.[field.key] ?? field.default]));
}

/** The chosen values after one change. A choice with `sets` is a preset: it brings other fields along. */
export function changeField(chosen: PanelValues, field: Field, value: unknown): PanelValues {
  const preset = field.kind === 'choice' ? field.sets?.[String(value)] : undefined;
  return { ...chosen, ...preset, [field.key]: value };
}

/** Whether a field is shown beside these values. */
export function isShown(field: Field, values: PanelValues): boolean {
  return field.showIf === undefined || Object.is(values[field.showIf.key], field.showIf.equals);
}

/** True where a preset is chosen, but one of the fields it set holds another value by now. */
export function isPresetEdited(field: Field, values: PanelValues): boolean {
  if (field.kind !== 'choice') return false;
  const preset = field.sets?.[String(values[field.key])] ?? {};
  return Object.entries(preset).some(([key, value]) => !Object.is(values[key], value));
}
