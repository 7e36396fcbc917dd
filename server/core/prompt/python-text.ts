/**
 * Python's notions of text, where they differ from JavaScript's. Prompts and infotexts were defined by Python programs,
 * so white space, word boundaries and the printing of floats follow it.
 */

/** Members of Python's `\s` for str, to be put inside a character class. */
export const SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

const LEADING = new RegExp(`^[${SPACE}]+`);
const TRAILING_CHARACTER = new RegExp(`[${SPACE}]`);

/** `str.lstrip()`. */
export function stripStart(text: string): string {
  return text.replace(LEADING, '');
}

/** `str.rstrip()`; linear in the length of the text, which a `\s+$` pattern is not. */
export function stripEnd(text: string): string {
  let end = text.length;
  while (end > 0 && TRAILING_CHARACTER.test(text[end - 1]!)) end--;
  return text.slice(0, end);
}

/** `str.strip()`. */
export function strip(text: string): string {
  return stripEnd(stripStart(text));
}

const FLOAT = /^[+-]?(?:\d+\.?\d*|\.\d+)$/;

/** `float(text)` for digits, sign and point only (no exponent); null where Python raises. */
export function parsePlainFloat(text: string): number | null {
  return FLOAT.test(text) ? Number(text) : null;
}

/**
 * `repr` of a Python float: the shortest digits that round-trip, always with a point or an exponent;
 * the exponent form below 1e-4 and from 1e16 on.
 */
export function floatRepr(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  const [mantissa, exponentText] = value.toExponential().split('e') as [string, string];
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < 16) {
    const digits = String(value);
    return digits.includes('.') ? digits : `${digits}.0`;
  }
  const sign = exponent < 0 ? '-' : '+';
  return value === 0 ? '0.0' : `${mantissa}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
}
