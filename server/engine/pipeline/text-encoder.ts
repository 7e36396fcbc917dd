/** Prompt text to conditioning: attention grammar, chunks of 75 tokens, the text encoder, emphasis. */
import { CONTEXT_TOKENS, emptyChunk, type PromptChunk, tokenizeLine } from '#core/prompt/chunks.ts';
import type { ClipTokenizer } from '#core/prompt/clip-tokenizer.ts';
import { applyEmphasis, EMPHASIS_MODES, type EmphasisMode, readsAttention } from '#core/prompt/emphasis.ts';
import type { Conditioning } from '#sdk/types.ts';
import type { CheckpointModel } from '../runtime/types.ts';
import { numberOption } from './job-run.ts';

export interface TextEncoder {
  /** One text by itself. */
  encode(text: string): Promise<Conditioning>;
  /**
   * The texts of one schedule in order, repeated where the schedule repeats them: emphasis `Original` takes its mean
   * over all of them, and all come out as long as the longest. One conditioning per text.
   */
  encodeTogether(texts: readonly string[]): Promise<Conditioning[]>;
}

/** Encoded texts by checkpoint: a second picture with the same prompt runs no text encoder. */
const caches = new WeakMap<CheckpointModel, Map<string, Map<string, Conditioning>>>();
const CACHE_SIZE = 64;

/** The encoder for one job's options (clip skip, emphasis, comma backtrack). */
export function createTextEncoder(
  model: CheckpointModel,
  tokenizer: ClipTokenizer,
  options: Readonly<Record<string, unknown>>,
): TextEncoder {
  const clipSkip = Math.min(numberOption(options, 'CLIP_stop_at_last_layers', 1), model.info.textLayers);
  const emphasis = emphasisMode(options);
  const backtrack = numberOption(options, 'comma_padding_backtrack', 20);
  const cache = caches.get(model) ?? new Map<string, Map<string, Conditioning>>();
  caches.set(model, cache);

  const encodeCached = async (counts: ReadonlyMap<string, number>) => {
    const key = JSON.stringify([[...counts], clipSkip, emphasis, backtrack]);
    const known = cache.get(key);
    if (known) {
      cache.delete(key);
      cache.set(key, known);
      return known;
    }
    const encoded = await encodeTexts(counts, { model, tokenizer, clipSkip, emphasis, backtrack });
    cache.set(key, encoded);
    if (cache.size > CACHE_SIZE) cache.delete(cache.keys().next().value!);
    return encoded;
  };
  const encodeTogether = async (texts: readonly string[]) => {
    const encoded = await encodeCached(countTexts(texts));
    return texts.map((text) => encoded.get(text)!);
  };
  return { encodeTogether, encode: async (text) => (await encodeTogether([text]))[0]! };
}

/** The option `emphasis`; `Original` where it names no mode. */
export function emphasisMode(options: Readonly<Record<string, unknown>>): EmphasisMode {
  return EMPHASIS_MODES.find((mode) => mode === options.emphasis) ?? 'Original';
}

/** How often each text occurs. All once where each occurs equally often: the mean is then the same. */
function countTexts(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  const [first = 1] = counts.values();
  if ([...counts.values()].some((count) => count !== first)) return counts;
  return new Map([...counts.keys()].map((text) => [text, 1]));
}

interface EncodeSettings {
  model: CheckpointModel;
  tokenizer: ClipTokenizer;
  clipSkip: number;
  emphasis: EmphasisMode;
  backtrack: number;
}

async function encodeTexts(
  counts: ReadonlyMap<string, number>,
  settings: EncodeSettings,
): Promise<Map<string, Conditioning>> {
  const { model, tokenizer, clipSkip, emphasis, backtrack } = settings;
  const attention = readsAttention(emphasis);
  const lines = [...counts.keys()].map(
    (text) => tokenizeLine(text, { tokenizer, attention, commaBacktrack: backtrack }).chunks,
  );
  const length = Math.max(...lines.map((chunks) => chunks.length));
  const encoded: Float32Array[] = [];
  for (const chunks of lines) {
    while (chunks.length < length) chunks.push(emptyChunk());
    const tokens = Int32Array.from(chunks.flatMap((chunk) => chunk.tokens));
    encoded.push(await model.encodeText(tokens, length, clipSkip));
  }
  const width = model.info.contextWidth;
  weigh(encoded, lines, [...counts.values()], { emphasis, width });
  return new Map(
    [...counts.keys()].map((text, i) => [
      text,
      { data: encoded[i]!, tokens: length * CONTEXT_TOKENS, width },
    ]),
  );
}

/** Applies emphasis in place, chunk by chunk over all texts. */
function weigh(
  encoded: readonly Float32Array[],
  lines: readonly PromptChunk[][],
  counts: readonly number[],
  { emphasis, width }: { emphasis: EmphasisMode; width: number },
): void {
  const size = CONTEXT_TOKENS * width;
  for (let chunk = 0; chunk < lines[0]!.length; chunk++) {
    const views = encoded.map((data) => data.subarray(chunk * size, (chunk + 1) * size));
    const multipliers = lines.flatMap((chunks) => chunks[chunk]!.multipliers);
    const repeats = counts.flatMap((count) => Array<number>(CONTEXT_TOKENS).fill(count));
    const together = new Float32Array(size * views.length);
    views.forEach((view, i) => {
      together.set(view, i * size);
    });
    applyEmphasis(emphasis, together, multipliers, repeats);
    views.forEach((view, i) => {
      view.set(together.subarray(i * size, (i + 1) * size));
    });
  }
}
