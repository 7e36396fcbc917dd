/** Names of saved pictures from patterns such as `[date]` and `[seed]-[prompt_spaces]`, as in AUTOMATIC1111's web UI. */
import { createHash } from 'node:crypto';
import { type SanitizeOptions, sanitizeFilePart } from './sanitize.ts';
import { strftime } from './strftime.ts';

/** What a pattern can name. Numbers that may print as floats are given as text. */
export interface NameFields {
  seed: number | bigint;
  /** Seeds of the whole job. */
  allSeeds: readonly (number | bigint)[];
  prompt: string;
  negativePrompt: string;
  steps: number;
  cfg: string | number;
  /** Of the picture. */
  width: number;
  height: number;
  sampler: string;
  /** The schedule that was used. */
  scheduler: string;
  modelName: string;
  modelHash: string;
  vaeFile?: string;
  clipSkip: number;
  denoising?: string | number | null;
  /** Names and prompt texts of the chosen styles. */
  styles: readonly { name: string; prompt: string }[];
  /** Pictures sampled together, this one's place among them, and the batch it is of: 0-based. */
  batchSize: number;
  batchIndex: number;
  iteration: number;
  iterations: number;
  /** `yyyymmddHHMMSS`. */
  jobTimestamp: string;
  user?: string | null;
  /** Name of the source picture, where there is one. */
  basename?: string;
  /** Pixel bytes, row-major; hashed only where the pattern asks. */
  pixels: Uint8Array;
  now: Date;
  /** Option `directories_max_prompt_words`; default 8. */
  maxPromptWords?: number;
  sanitize?: Pick<SanitizeOptions, 'unix' | 'maxCharacters'>;
}

/** A tag's text. `SKIP`: nothing, and the text before the tag goes too. null: the tag stays as it was written. */
type Replacement = string | number | bigint | typeof SKIP | null;
const SKIP = Symbol('skip');

const DEFAULT_TIME_FORMAT = '%Y%m%d%H%M%S';
const TAG = /([\s\S]*?)(?:\[([^[\]]+)\]|$)/g;
const LAST_ARGUMENT = /^([\s\S]*)<([^>]*)>$/;

/**
 * Fills a pattern in. Tags are read in any case; unknown ones stay. The result may hold `/` from the pattern's own text:
 * callers check the path.
 */
export function applyNamePattern(pattern: string, fields: NameFields): string {
  let name = '';
  for (const [whole, text, tag] of pattern.matchAll(TAG)) {
    if (tag === undefined) {
      name += whole;
      continue;
    }
    const { key, args } = splitTag(tag);
    const replacement = TAGS[key.toLowerCase()]?.(fields, args) ?? null;
    if (replacement === SKIP) continue;
    name += text + (replacement === null ? `[${key}]` : String(replacement));
  }
  return name;
}

/** `datetime<%Y><UTC>` → key and arguments. */
function splitTag(tag: string): { key: string; args: string[] } {
  const args: string[] = [];
  let key = tag;
  for (let match = LAST_ARGUMENT.exec(key); match; match = LAST_ARGUMENT.exec(key)) {
    key = match[1]!;
    args.unshift(match[2]!);
  }
  return { key, args };
}

const TAGS: Record<string, (fields: NameFields, args: string[]) => Replacement> = {
  seed: ({ seed }) => seed,
  seed_first: ({ seed, allSeeds, batchSize }) => (batchSize === 1 ? seed : (allSeeds[0] ?? seed)),
  seed_last: ({ seed, allSeeds, batchSize }) => (batchSize === 1 ? SKIP : (allSeeds.at(-1) ?? seed)),
  steps: ({ steps }) => steps,
  cfg: ({ cfg }) => cfg,
  width: ({ width }) => width,
  height: ({ height }) => height,
  styles: (fields) => spaced(fields, fields.styles.map(({ name }) => name).join(', ') || 'None'),
  sampler: (fields) => spaced(fields, fields.sampler),
  scheduler: (fields) => spaced(fields, capitalize(fields.scheduler)),
  sampler_scheduler: (fields) => spaced(fields, `${fields.sampler} ${capitalize(fields.scheduler)}`),
  model_hash: ({ modelHash }) => modelHash,
  model_name: (fields) => spaced(fields, fields.modelName),
  vae_filename: (fields) => spaced(fields, fields.vaeFile ?? 'NoneType'),
  clip_skip: ({ clipSkip }) => clipSkip,
  denoising: ({ denoising }) => (Number(denoising ?? 0) === 0 ? SKIP : denoising!),
  date: ({ now }) => strftime(now, '%Y-%m-%d'),
  datetime: (fields, [format, zone]) =>
    spaced(fields, strftime(fields.now, format || DEFAULT_TIME_FORMAT, zone)),
  job_timestamp: ({ jobTimestamp }) => jobTimestamp,
  prompt: (fields) => sanitizeFilePart(fields.prompt, fields.sanitize),
  prompt_spaces: (fields) => spaced(fields, fields.prompt),
  prompt_no_styles: (fields) => spaced(fields, withoutStyles(fields)),
  prompt_words: (fields) => spaced(fields, promptWords(fields)),
  prompt_hash: ({ prompt }, args) => hash(prompt, args, 8),
  negative_prompt_hash: ({ negativePrompt }, args) => hash(negativePrompt, args, 8),
  full_prompt_hash: ({ prompt, negativePrompt }, args) => hash(`${prompt} ${negativePrompt}`, args, 8),
  image_hash: ({ pixels }, args) => hash(pixels, args, 64),
  batch_number: ({ batchSize, batchIndex }) => (batchSize === 1 ? SKIP : batchIndex + 1),
  batch_size: ({ batchSize }) => batchSize,
  generation_number: ({ batchSize, batchIndex, iteration, iterations }) =>
    iterations === 1 && batchSize === 1 ? SKIP : iteration * batchSize + batchIndex + 1,
  hasprompt: (fields, args) => sanitizeFilePart(wordsOrDefaults(fields.prompt, args), fields.sanitize),
  basename: ({ basename }) => basename || 'img',
  user: ({ user }) => user ?? '',
  none: () => '',
};

function spaced({ sanitize }: NameFields, text: string): string {
  return sanitizeFilePart(text, { ...sanitize, replaceSpaces: false });
}

function capitalize(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase();
}

/** First characters of the sha256, as many as the argument says; null where that is no number. */
function hash(data: string | Uint8Array, [length]: string[], standard: number): string | null {
  const count = length ? Number(length) : standard;
  if (!Number.isInteger(count)) return null;
  return createHash('sha256').update(data).digest('hex').slice(0, count);
}

/** White space and ASCII punctuation but for the backslash. */
const BETWEEN_WORDS = /[\s!"#$%&'()*+,\-./:;<=>?@[\]^_`{|}~]+/;

function promptWords({ prompt, maxPromptWords = 8 }: NameFields): string {
  const words = prompt.split(BETWEEN_WORDS).filter((word) => word !== '');
  return words.slice(0, maxPromptWords).join(' ') || 'empty';
}

function withoutStyles({ prompt, styles }: NameFields): string {
  let rest = prompt;
  for (const style of styles) {
    for (const part of [...style.prompt.split('{prompt}'), style.prompt]) {
      if (part === '') continue;
      rest = trimCommas(rest.replaceAll(part, '').replaceAll(', ,', ',').trim());
    }
    rest = rest.trim();
  }
  return rest;
}

function trimCommas(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text[start] === ',') start++;
  while (end > start && text[end - 1] === ',') end--;
  return text.slice(start, end);
}

/** For each argument `word|default`: the word, in lower case, where the prompt has it, else the default. */
function wordsOrDefaults(prompt: string, args: string[]): string {
  const lower = prompt.toLowerCase();
  return args
    .filter((arg) => arg !== '')
    .map((arg) => {
      const [word, otherwise = ''] = arg.split('|') as [string, string?];
      return lower.includes(word.toLowerCase()) ? word.toLowerCase() : otherwise;
    })
    .join('');
}
