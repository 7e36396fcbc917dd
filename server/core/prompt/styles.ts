/** Prompt styles as AUTOMATIC1111's web UI keeps them in `styles.csv`. */
import { strip } from './python-text.ts';

export interface PromptStyle {
  name: string;
  prompt: string;
  negativePrompt: string;
}

const PLACE = '{prompt}';

/** Puts a prompt in the place of `{prompt}`, or a style after the prompt. */
export function mergeStyle(style: string, prompt: string): string {
  if (style.includes(PLACE)) return style.replaceAll(PLACE, () => prompt);
  return [strip(prompt), strip(style)].filter((part) => part !== '').join(', ');
}

/** Applies style texts in order. */
export function applyStyles(prompt: string, styles: Iterable<string>): string {
  let merged = prompt;
  for (const style of styles) merged = mergeStyle(style, merged);
  return merged;
}

/** The prompt without a style's text; null where the style is not in it as `mergeStyle` would have put it. */
export function extractStyleText(style: string, prompt: string): string | null {
  const strippedPrompt = collapseSpaces(prompt);
  const strippedStyle = collapseSpaces(style);
  const at = strippedStyle.indexOf(PLACE);
  if (at >= 0) {
    const left = strippedStyle.slice(0, at);
    const right = strippedStyle.slice(at + PLACE.length);
    const matches = strippedPrompt.startsWith(left) && strippedPrompt.endsWith(right);
    return matches ? strippedPrompt.slice(left.length, strippedPrompt.length - right.length) : null;
  }
  if (!strippedPrompt.endsWith(strippedStyle)) return null;
  const rest = strippedPrompt.slice(0, strippedPrompt.length - strippedStyle.length);
  return rest.endsWith(', ') ? rest.slice(0, -2) : rest;
}

function collapseSpaces(text: string): string {
  return strip(text).replace(/ {2,}/g, ' ');
}

export interface ExtractedStyles {
  /** Names in the order in which they were applied. */
  styles: string[];
  prompt: string;
  negativePrompt: string;
}

/** Takes known styles out of a pair of prompts again, the last applied first, each at most once. */
export function extractStyles(
  prompt: string,
  negativePrompt: string,
  known: readonly PromptStyle[],
): ExtractedStyles {
  const found: ExtractedStyles = { styles: [], prompt, negativePrompt };
  const left = known.filter((style) => style.prompt !== '' || style.negativePrompt !== '');
  const takeOne = () => {
    for (const [index, style] of left.entries()) {
      const positive = extractStyleText(style.prompt, found.prompt);
      const negative =
        positive === null ? null : extractStyleText(style.negativePrompt, found.negativePrompt);
      if (positive === null || negative === null) continue;
      left.splice(index, 1);
      found.styles.unshift(style.name);
      found.prompt = positive;
      found.negativePrompt = negative;
      return true;
    }
    return false;
  };
  while (takeOne());
  return found;
}

/**
 * Reads `styles.csv`: UTF-8 with or without BOM, header `name,prompt,negative_prompt` (older files: `text` for
 * `prompt`), RFC 4180 quoting, spaces after commas skipped. Rows without a name and names beginning with `#` are left
 * out; of equal names the last stays.
 */
export function parseStylesCsv(csv: string): PromptStyle[] {
  const [header = [], ...rows] = csvRows(csv.replace(/^\ufeff/, ''));
  const column = (name: string) => header.indexOf(name);
  const prompt = column('prompt') >= 0 ? column('prompt') : column('text');
  const styles = new Map<string, PromptStyle>();
  for (const row of rows) {
    const name = row[column('name')] ?? '';
    if (name === '' || name.startsWith('#')) continue;
    styles.set(name, {
      name,
      prompt: row[prompt] ?? '',
      negativePrompt: row[column('negative_prompt')] ?? '',
    });
  }
  return [...styles.values()];
}

/** Writes `styles.csv` with BOM and CRLF, as spreadsheet programs and the original expect. */
export function writeStylesCsv(styles: Iterable<PromptStyle>): string {
  const lines = ['name,prompt,negative_prompt'];
  for (const { name, prompt, negativePrompt } of styles) {
    lines.push([name, prompt, negativePrompt].map(csvField).join(','));
  }
  return `\ufeff${lines.join('\r\n')}\r\n`;
}

function csvField(text: string): string {
  return /[",\r\n]|^ /.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A quoted field, or one up to the next comma or line end; then what ended it. */
const CSV_FIELD = / *(?:"((?:[^"]|"")*)"([^,\r\n]*)|([^,\r\n]*))(,|\r\n|[\r\n]|$)/y;

function csvRows(csv: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  CSV_FIELD.lastIndex = 0;
  while (CSV_FIELD.lastIndex < csv.length || row.length > 0) {
    const match = CSV_FIELD.exec(csv);
    if (!match) break;
    const [, quoted, after = '', plain = '', end] = match;
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"') + after);
    if (end === ',') continue;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  return rows;
}
