/** Settings that an infotext names, as overrides for one job. */

/** An option that pictures carry, as the options contract lists it. */
export interface InfotextOption {
  /** Name in the infotext. */
  infotext: string;
  key: string;
  type: 'boolean' | 'integer' | 'number' | 'string' | 'list';
}

/**
 * Values for the options that `fields` names, in the options' types. Unknown names and values that do not fit their
 * type are left out. `Model hash` gives `sd_model_checkpoint` the hash as text: the library finds the file.
 */
export function overridesFromInfotext(
  fields: Iterable<readonly [name: string, value: string]>,
  options: Iterable<InfotextOption>,
): Record<string, string | number | boolean> {
  const byName = new Map(Array.from(options, (option) => [option.infotext, option]));
  const overrides: Record<string, string | number | boolean> = {};
  for (const [name, text] of fields) {
    const option = byName.get(name);
    const value = option && castValue(text.trim(), option.type);
    if (option && value !== undefined) overrides[option.key] = value;
  }
  return overrides;
}

function castValue(text: string, type: InfotextOption['type']): string | number | boolean | undefined {
  if (type === 'string') return text;
  if (type === 'boolean') return { true: true, false: false }[text.toLowerCase()];
  const value = text === '' ? Number.NaN : Number(text);
  if (type === 'list' || !Number.isFinite(value)) return undefined;
  return type === 'integer' && !Number.isInteger(value) ? undefined : value;
}
