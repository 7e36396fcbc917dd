import { describe, expect, it } from 'vitest';
import { clipVocabulary } from '../../../tests/support/clip.ts';
import { goldenCases } from '../../../tests/support/golden.ts';
import {
  CONTEXT_TOKENS,
  createEmbeddingLookup,
  emptyChunk,
  type PromptChunk,
  replacePadding,
  tokenCapacity,
  tokenizeLine,
} from './chunks.ts';
import { type ClipVariant, createClipTokenizer } from './clip-tokenizer.ts';

interface Case {
  model: 'sd1' | 'sd2_openclip';
  emphasis_option?: 'None';
  comma_padding_backtrack: number;
  text: string;
  token_count: number;
  target_token_count?: number;
  chunks: PromptChunk[];
}

const vocabulary = clipVocabulary();
const EMBEDDINGS = [
  { name: 'myembed', vectors: 3 },
  { name: 'embed2', vectors: 1 },
  { name: 'multi word emb', vectors: 5 },
];

function encoder(variant: ClipVariant) {
  const tokenizer = createClipTokenizer(vocabulary, variant);
  return { tokenizer, embeddings: createEmbeddingLookup(EMBEDDINGS, tokenizer) };
}
const ENCODERS = { sd1: encoder('clip'), sd2_openclip: encoder('open_clip') };

const cases = goldenCases<Case>('prompt/clip_chunks.json').map((entry, index) => ({
  ...entry,
  name: `${index}: ${entry.model}, backtrack ${entry.comma_padding_backtrack}, ${entry.text.slice(-40)}`,
}));

describe('chunks as in the reference', () => {
  it.each(cases)('$name', (entry) => {
    const result = tokenizeLine(entry.text, {
      ...ENCODERS[entry.model],
      attention: entry.emphasis_option !== 'None',
      commaBacktrack: entry.comma_padding_backtrack,
    });
    expect(result.tokenCount).toBe(entry.token_count);
    expect(result.chunks).toEqual(entry.chunks);
    if (entry.target_token_count !== undefined) {
      expect(tokenCapacity(result.tokenCount)).toBe(entry.target_token_count);
    }
  });
});

it('holds 10,000 tokens', () => {
  const { chunks, tokenCount } = tokenizeLine('cat '.repeat(10_000), ENCODERS.sd1);
  expect(tokenCount).toBe(10_000);
  expect(chunks).toHaveLength(Math.ceil(10_000 / 75));
  expect(chunks.every((chunk) => chunk.tokens.length === CONTEXT_TOKENS)).toBe(true);
});

it('pads with 0 after the first end for OpenCLIP', () => {
  const [chunk] = tokenizeLine('a cat', ENCODERS.sd2_openclip).chunks;
  expect(replacePadding(chunk!.tokens, 0).slice(0, 6)).toEqual([49406, 320, 2368, 49407, 0, 0]);
});

it('fills up with chunks of padding', () => {
  expect(emptyChunk()).toEqual(tokenizeLine('', ENCODERS.sd1).chunks[0]);
});

it('refuses an embedding that no chunk can hold', () => {
  const { tokenizer } = ENCODERS.sd1;
  expect(() => createEmbeddingLookup([{ name: 'huge', vectors: 76 }], tokenizer)).toThrow(
    /huge.*76.*1 to 75/,
  );
});
