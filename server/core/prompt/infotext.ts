/**
 * The generation parameters text that AUTOMATIC1111's web UI established (`parameters` in a PNG):
 * the prompt, a line `Negative prompt: …`, and one line of `Key: value` pairs.
 */
import { floatRepr, SPACE, strip, stripStart } from './python-text.ts';

/** A number that prints as Python prints a float: `{ float: 7 }` gives `7.0`. */
export interface FloatValue {
  readonly float: number;
}

/**
 * A value of a pair. Whole numbers print as integers (`7`), others as Python prints floats (`6.5`, `1e-05`), booleans
 * as `True` and `False`. null and undefined: the pair is left out.
 */
export type InfotextValue = string | number | bigint | boolean | FloatValue | null | undefined;

export type InfotextEntry = readonly [key: string, value: InfotextValue];

/** A number as an API that declares a float writes it: with a point, always. */
export function floatValue(value: number): FloatValue {
  return { float: value };
}

export interface Infotext {
  prompt: string;
  negativePrompt?: string;
  /** In order; of two entries with one key the later value stands at the earlier place. */
  fields: Iterable<InfotextEntry>;
}

/** Writes the text, to the letter as AUTOMATIC1111 1.10. A pair whose key equals its value is written as the key. */
export function writeInfotext({ prompt, negativePrompt, fields }: Infotext): string {
  const pairs: string[] = [];
  for (const [key, value] of new Map(fields)) {
    if (value === null || value === undefined) continue;
    const text = infotextValueText(value);
    pairs.push(key === text ? key : `${key}: ${quoteInfotext(text)}`);
  }
  const negative = negativePrompt ? `\nNegative prompt: ${negativePrompt}` : '';
  return strip(`${prompt}${negative}\n${pairs.join(', ')}`);
}

/** How a value prints, unquoted. */
export function infotextValueText(value: NonNullable<InfotextValue>): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return Number.isInteger(value) ? String(BigInt(value)) : floatRepr(value);
  if (typeof value === 'object') return floatRepr(value.float);
  return String(value);
}

/** A JSON string where the text holds `,`, `:` or a line break; else the text itself. */
export function quoteInfotext(text: string): string {
  return /[,:\n]/.test(text) ? JSON.stringify(text) : text;
}

/** The reverse of `quoteInfotext`; a text that is no JSON string stays as it is. */
export function unquoteInfotext(text: string): string {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : text;
  } catch {
    return text;
  }
}

/** What a text says, and no more: nothing filled in, every field kept. */
export interface ParsedInfotext {
  prompt: string;
  negativePrompt: string;
  /** Unquoted values in order, `Size` not split. */
  fields: Map<string, string>;
}

const NOT_IN_KEY = /[^\p{L}\p{N}_ \-/]/u;
const KEY_START = /[\p{L}\p{N}_]/u;
/** A JSON-like string that a comma or the end follows, or all up to the next comma. */
const VALUE = new RegExp(`[${SPACE}]*("(?:\\\\.|[^\\\\"])+"(?=,|$)|[^,]*),?`, 'y');
const MIN_PAIRS = 3;
const NEGATIVE = 'Negative prompt:';

/**
 * Reads a text. The last line is the pairs if it holds three or more; otherwise all of it is prompt. Pairs without a
 * value are dropped. Never throws.
 */
export function parseInfotext(text: string): ParsedInfotext {
  const lines = strip(text).split('\n');
  let pairs = readPairs(lines.at(-1) ?? '');
  if (pairs.length < MIN_PAIRS) pairs = [];
  else lines.pop();

  const prompt: string[] = [];
  const negative: string[] = [];
  let target = prompt;
  for (const raw of lines) {
    let line = strip(raw);
    if (line.startsWith(NEGATIVE)) {
      target = negative;
      line = stripStart(line.slice(NEGATIVE.length));
    }
    // Empty lines before the first text leave no break.
    if (target.length > 0 || line !== '') target.push(line);
  }
  const fields = new Map<string, string>();
  for (const [key, value] of pairs) {
    if (value !== '') fields.set(key, unquoteInfotext(value));
  }
  return { prompt: prompt.join('\n'), negativePrompt: negative.join('\n'), fields };
}

/** `Key: value` pairs with a comma between them; a key has two characters or more. Linear in the line. */
function readPairs(line: string): [key: string, value: string][] {
  const pairs: [string, string][] = [];
  let at = 0;
  for (let colon = line.indexOf(':'); colon >= 0; colon = line.indexOf(':', at)) {
    const run = line.slice(at, colon).split(NOT_IN_KEY).at(-1)!;
    const start = run.search(KEY_START);
    const key = start < 0 ? '' : run.slice(start);
    at = colon + 1;
    if (key.length < 2) continue;
    VALUE.lastIndex = at;
    pairs.push([key, VALUE.exec(line)![1]!]);
    at = VALUE.lastIndex;
  }
  return pairs;
}
