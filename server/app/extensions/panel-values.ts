import { TapestryError } from '#contracts/errors.ts';
import type { Field, Panel } from '#contracts/manifest.ts';

export type PanelValues = Record<string, unknown>;

/**
 * Values by key, checked, with defaults for the rest. A choice that was sent and sets other fields (a preset) gives those
 * that were not sent. Unknown keys and wrong values throw INVALID_FIELD naming `where.key`.
 */
export function checkPanelValues(panels: readonly Panel[], sent: PanelValues, where: string): PanelValues {
  const fields = panels.flatMap((panel) => panel.fields);
  for (const key of Object.keys(sent)) {
    if (fields.some((field) => field.key === key)) continue;
    const accepted = `one of ${fields.map((field) => field.key).join(', ')}`;
    throw new TapestryError('INVALID_FIELD', { field: where, value: key, accepted });
  }
  const given = Object.fromEntries(
    fields
      .filter((field) => sent[field.key] !== undefined && sent[field.key] !== null)
      .map((field) => [field.key, checkField(field, sent[field.key], `${where}.${field.key}`)]),
  );
  const defaults = Object.fromEntries(fields.map((field) => [field.key, field.default]));
  return { ...defaults, ...presetValues(fields, given), ...given };
}

/**
 * A1111's positional arguments as values by key: extra ones are dropped, missing and null ones keep their defaults. One
 * object in place of a list, or as its only item, holds values by key.
 */
export function fromPositional(panel: Panel, args: unknown, where: string): PanelValues {
  const list = args === undefined || args === null ? [] : args;
  const only = Array.isArray(list) && list.length === 1 ? list[0] : list;
  if (isObject(only)) return checkPanelValues([panel], only, where);
  if (!Array.isArray(list)) {
    throw new TapestryError('INVALID_FIELD', { field: where, value: args, accepted: 'a list of values' });
  }
  const named = panel.fields.map((field, index) => [field.key, list[index]] as const);
  return checkPanelValues([panel], Object.fromEntries(named), where);
}

function presetValues(fields: readonly Field[], given: PanelValues): PanelValues {
  const presets = fields.map((field) => {
    return field.kind === 'choice' ? field.sets?.[String(given[field.key])] : undefined;
  });
  return Object.assign({}, ...presets) as PanelValues;
}

function checkField(field: Field, value: unknown, where: string): unknown {
  const refuse = (accepted: string) => new TapestryError('INVALID_FIELD', { field: where, value, accepted });
  switch (field.kind) {
    case 'toggle': {
      const word = typeof value === 'object' ? '' : String(value).toLowerCase();
      if (['true', '1', 'on', 'yes'].includes(word)) return true;
      if (['false', '0', 'off', 'no'].includes(word)) return false;
      throw refuse('true or false');
    }
    case 'text': {
      if (typeof value !== 'string' && typeof value !== 'number') throw refuse('a text');
      return String(value);
    }
    case 'choice': {
      const names = field.choices.map((choice) => choice.value);
      const byLabel = field.choices.find((choice) => choice.label === value)?.value;
      const wanted = String(value).toLowerCase();
      const found =
        names.find((name) => name === value) ??
        byLabel ??
        names.find((name) => name.toLowerCase() === wanted);
      if (found === undefined) throw refuse(`one of ${names.join(', ')}`);
      return found;
    }
    default: {
      const kind = field.integer ? 'a whole number' : 'a number';
      const isText = typeof value === 'string' && value.trim() !== '';
      const parsed = typeof value === 'number' || isText ? Number(value) : Number.NaN;
      const result = field.integer ? Math.trunc(parsed) : parsed;
      if (!(result >= field.min && result <= field.max))
        throw refuse(`${kind} from ${field.min} to ${field.max}`);
      return result;
    }
  }
}

function isObject(value: unknown): value is PanelValues {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
