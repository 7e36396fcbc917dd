import { TapestryError } from '#contracts/errors.ts';
import type { Option } from '#contracts/options.ts';

const TRUE = new Set(['true', 'on', 'yes', 'y', 't', '1']);
const FALSE = new Set(['false', 'off', 'no', 'n', 'f', '0']);

/**
 * A value as the option holds it. Takes what clients of A1111 send: floats and numeric strings for numbers, 0/1 and words
 * for switches, a comma list for lists, null for the default. Throws INVALID_FIELD naming what is accepted.
 */
export function checkOption(option: Option, value: unknown): unknown {
  if (value === undefined || value === null) return option.nullable ? null : option.default;
  switch (option.type) {
    case 'boolean':
      return toBoolean(option, value);
    case 'integer':
    case 'number':
      return toNumber(option, value);
    case 'string':
      return toText(option, value);
    case 'list':
      return toList(option, value);
  }
}

/** What the option takes, in words for an error message. */
export function acceptedBy(option: Option): string {
  if (option.type === 'boolean') return 'true or false';
  if (option.type === 'list')
    return option.choices ? `a list of ${option.choices.join(', ')}` : 'a list of texts';
  if (option.type === 'string') return option.choices ? `one of ${option.choices.join(', ')}` : 'a text';
  const kind = option.type === 'integer' ? 'a whole number' : 'a number';
  return option.min === undefined ? kind : `${kind} from ${option.min} to ${option.max}`;
}

function toBoolean(option: Option, value: unknown): boolean {
  const word = String(value).trim().toLowerCase();
  if (typeof value !== 'object' && TRUE.has(word)) return true;
  if (typeof value !== 'object' && FALSE.has(word)) return false;
  throw refused(option, value);
}

function toNumber(option: Option, value: unknown): number {
  const isText = typeof value === 'string' && value.trim() !== '';
  if (typeof value !== 'number' && typeof value !== 'boolean' && !isText) throw refused(option, value);
  const parsed = Number(value);
  if (!Number.isFinite(parsed)) throw refused(option, value);
  const result = option.type === 'integer' ? Math.trunc(parsed) : parsed;
  if (option.min !== undefined && result < option.min) throw refused(option, value);
  if (option.max !== undefined && result > option.max) throw refused(option, value);
  return result;
}

function toText(option: Option, value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number') throw refused(option, value);
  const result = String(value);
  return option.choices === undefined ? result : toChoice(option, option.choices, result);
}

function toList(option: Option, value: unknown): string[] {
  const items = typeof value === 'string' ? splitCommas(value) : value;
  if (!Array.isArray(items)) throw refused(option, value);
  return items.map((item) => {
    if (typeof item !== 'string' && typeof item !== 'number') throw refused(option, value);
    return option.choices === undefined ? String(item) : toChoice(option, option.choices, String(item));
  });
}

function toChoice(option: Option, choices: readonly string[], value: string): string {
  const lower = value.toLowerCase();
  const found =
    choices.find((each) => each === value) ?? choices.find((each) => each.toLowerCase() === lower);
  if (found === undefined) throw refused(option, value);
  return found;
}

function splitCommas(value: string): string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function refused(option: Option, value: unknown): TapestryError {
  return new TapestryError('INVALID_FIELD', { field: option.key, value, accepted: acceptedBy(option) });
}
