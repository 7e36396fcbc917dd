/** A1111's `parameters` text, taken apart for reading. The server parses it for use; this is for the eye. Pure. */

export interface InfotextParts {
  prompt: string;
  negative: string;
  settings: [name: string, value: string][];
}

const SETTINGS_LINE = /^Steps: \d+, /;
const NEGATIVE = 'Negative prompt: ';

/** True where a text has the line that only infotexts have. */
export function looksLikeInfotext(text: string): boolean {
  return text
    .split('\n')
    .some((line) => /^\s*Steps: \d+,\s*(Sampler|Seed|CFG scale|Schedule type|Size): ?/.test(line));
}

export function splitInfotext(text: string): InfotextParts {
  const lines = text.split('\n');
  const settingsAt = lines.findLastIndex((line) => SETTINGS_LINE.test(line));
  const words = settingsAt === -1 ? lines : lines.slice(0, settingsAt);
  const negativeAt = words.findIndex((line) => line.startsWith(NEGATIVE));
  const prompt = negativeAt === -1 ? words : words.slice(0, negativeAt);
  const negative = negativeAt === -1 ? [] : words.slice(negativeAt);
  return {
    prompt: prompt.join('\n').trim(),
    negative: negative.join('\n').slice(NEGATIVE.length).trim(),
    settings: settingsAt === -1 ? [] : splitSettings(lines[settingsAt] ?? ''),
  };
}

/** "Name: value" pairs; values that hold commas are quoted JSON strings. */
function splitSettings(line: string): [string, string][] {
  const pairs = line.matchAll(/\s*([\w ()/+\-.]+):\s*("(?:\\.|[^\\"])*"|[^,]*)(?:,|$)/g);
  return Array.from(pairs, ([, name = '', value = '']) => [name.trim(), unquote(value.trim())]);
}

function unquote(value: string): string {
  if (!value.startsWith('"')) return value;
  try {
    return String(JSON.parse(value));
  } catch {
    return value;
  }
}
