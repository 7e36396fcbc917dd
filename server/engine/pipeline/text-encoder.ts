/** Prompt text to conditioning: attention grammar, chunks of 75 tokens, the text encoder, emphasis. */
import { CONTEXT_TOKENS, tokenizeLine } from '#core/prompt/chunks.ts';
import type { ClipTokenizer } from '#core/prompt/clip-tokenizer.ts';
import { applyEmphasis, EMPHASIS_MODES, type EmphasisMode, readsAttention } from '#core/prompt/emphasis.ts';
import type { Conditioning } from '#sdk/types.ts';
import type { CheckpointModel } from '../runtime/types.ts';
import { numberOption } from './job-run.ts';

type Encode = (text: string) => Promise<Conditioning>;

/** Encoded texts by checkpoint: a second picture with the same prompt runs no text encoder. */
const caches = new WeakMap<CheckpointModel, Map<string, Conditioning>>();
const CACHE_SIZE = 64;

/** The encoder for one job's options (clip skip, emphasis, comma backtrack). */
export function createTextEncoder(
  model: CheckpointModel,
  tokenizer: ClipTokenizer,
  options: Readonly<Record<string, unknown>>,
): Encode {
  const clipSkip = Math.min(numberOption(options, 'CLIP_stop_at_last_layers', 1), model.info.textLayers);
  const emphasis = emphasisMode(options);
  const backtrack = numberOption(options, 'comma_padding_backtrack', 20);
  const cache = caches.get(model) ?? new Map<string, Conditioning>();
  caches.set(model, cache);

  return async (text) => {
    const key = JSON.stringify([text, clipSkip, emphasis, backtrack]);
    const known = cache.get(key);
    if (known) {
      cache.delete(key);
      cache.set(key, known);
      return known;
    }
    const encoded = await encodeText(text, { model, tokenizer, clipSkip, emphasis, backtrack });
    cache.set(key, encoded);
    if (cache.size > CACHE_SIZE) cache.delete(cache.keys().next().value!);
    return encoded;
  };
}

interface EncodeSettings {
  model: CheckpointModel;
  tokenizer: ClipTokenizer;
  clipSkip: number;
  emphasis: EmphasisMode;
  backtrack: number;
}

async function encodeText(text: string, settings: EncodeSettings): Promise<Conditioning> {
  const { model, tokenizer, clipSkip, emphasis, backtrack } = settings;
  const attention = readsAttention(emphasis);
  const { chunks } = tokenizeLine(text, { tokenizer, attention, commaBacktrack: backtrack });
  const tokens = Int32Array.from(chunks.flatMap((chunk) => chunk.tokens));
  const data = await model.encodeText(tokens, chunks.length, clipSkip);
  const width = model.info.contextWidth;
  const chunkSize = CONTEXT_TOKENS * width;
  chunks.forEach((chunk, i) => {
    applyEmphasis(emphasis, data.subarray(i * chunkSize, (i + 1) * chunkSize), chunk.multipliers);
  });
  return { data, tokens: chunks.length * CONTEXT_TOKENS, width };
}

function emphasisMode(options: Readonly<Record<string, unknown>>): EmphasisMode {
  return EMPHASIS_MODES.find((mode) => mode === options.emphasis) ?? 'Original';
}
