/**
 * From a prompt's text to what a CLIP text encoder is given: chunks of 75 tokens between start and end.
 * Behaviour (comma backtrack, BREAK, embeddings) as in AUTOMATIC1111's web UI, so that kept prompts keep their pictures.
 */
import { TapestryError } from '#contracts/errors.ts';
import { isBreak, parseAttention } from './attention.ts';
import { type ClipTokenizer, END_TOKEN, START_TOKEN } from './clip-tokenizer.ts';

/** Tokens of text in a chunk. */
const CHUNK_TOKENS = 75;
/** Tokens of a chunk with start and end: CLIP's context. */
export const CONTEXT_TOKENS = CHUNK_TOKENS + 2;

/** Where an embedding's vectors replace token vectors: vector k goes to position `offset + 1 + k` of the 77. */
export interface EmbeddingFix {
  /** Within the 75. */
  offset: number;
  embedding: string;
}

export interface PromptChunk {
  /** 77 ids; 0 where an embedding's vector goes. */
  tokens: number[];
  /** 77 weights, 1 for start, end and padding. */
  multipliers: number[];
  fixes: EmbeddingFix[];
}

export interface TokenizedPrompt {
  /** At least one. */
  chunks: PromptChunk[];
  /** Tokens used, full chunks counted as 75: the first number of a counter. */
  tokenCount: number;
}

/** A textual inversion embedding as prompts see it. */
export interface EmbeddingName {
  name: string;
  /** Number of vectors, 1 to 75. */
  vectors: number;
}

/** Finds the longest embedding name that starts at a token. */
export interface EmbeddingLookup {
  find(tokens: readonly number[], position: number): { embedding: EmbeddingName; tokens: number } | null;
}

/** @throws TapestryError INVALID_FIELD for an embedding with no vectors or more than a chunk holds */
export function createEmbeddingLookup(
  embeddings: Iterable<EmbeddingName>,
  tokenizer: ClipTokenizer,
): EmbeddingLookup {
  const byFirst = new Map<number, { ids: number[]; embedding: EmbeddingName }[]>();
  for (const embedding of embeddings) {
    if (!(embedding.vectors >= 1 && embedding.vectors <= CHUNK_TOKENS)) {
      throw new TapestryError('INVALID_FIELD', {
        field: `vectors of embedding ${embedding.name}`,
        value: embedding.vectors,
        accepted: `1 to ${CHUNK_TOKENS}`,
      });
    }
    const ids = tokenizer.encode(embedding.name);
    if (ids.length === 0) continue;
    const list = byFirst.get(ids[0]!) ?? [];
    list.push({ ids, embedding });
    list.sort((a, b) => b.ids.length - a.ids.length);
    byFirst.set(ids[0]!, list);
  }
  return {
    find(tokens, position) {
      const candidates = byFirst.get(tokens[position]!) ?? [];
      const match = candidates.find(({ ids }) => ids.every((id, i) => tokens[position + i] === id));
      return match ? { embedding: match.embedding, tokens: match.ids.length } : null;
    },
  };
}

export interface TokenizeOptions {
  tokenizer: ClipTokenizer;
  /** False where the emphasis mode is `None`: brackets and BREAK are then text. Default true. */
  attention?: boolean;
  /** Option `comma_padding_backtrack`: how far back a full chunk looks for a comma to break at; 0: never. Default 20. */
  commaBacktrack?: number;
  embeddings?: EmbeddingLookup;
}

/** Splits one prompt into chunks. Never throws. */
export function tokenizeLine(text: string, options: TokenizeOptions): TokenizedPrompt {
  const { tokenizer, attention = true, commaBacktrack = 20, embeddings } = options;
  const comma = tokenizer.encode(',')[0];
  const builder = createChunkBuilder(commaBacktrack);

  for (const part of attention ? parseAttention(text) : [{ text, weight: 1 }]) {
    if (isBreak(part)) {
      builder.close();
      continue;
    }
    const tokens = tokenizer.encode(part.text);
    for (let position = 0; position < tokens.length; ) {
      const token = tokens[position]!;
      builder.beforeToken(token === comma);
      const match = embeddings?.find(tokens, position);
      if (match) builder.addEmbedding(match.embedding, part.weight);
      else builder.addToken(token, part.weight);
      position += match?.tokens ?? 1;
    }
  }
  return builder.finish();
}

function createChunkBuilder(commaBacktrack: number) {
  const chunks: PromptChunk[] = [];
  let chunk: PromptChunk = { tokens: [], multipliers: [], fixes: [] };
  let tokenCount = 0;
  /** Position of the last comma in the open chunk. */
  let lastComma = -1;

  const close = () => {
    tokenCount += CHUNK_TOKENS;
    chunks.push(padChunk(chunk));
    chunk = { tokens: [], multipliers: [], fixes: [] };
    lastComma = -1;
  };

  /** Closes the chunk after its last comma and takes what followed into the next. */
  const breakAtComma = () => {
    const { tokens, multipliers } = chunk;
    const at = lastComma + 1;
    // An embedding in the part that moves stays noted in the closed chunk: kept, since pictures depend on it.
    chunk = { tokens: tokens.slice(0, at), multipliers: multipliers.slice(0, at), fixes: chunk.fixes };
    close();
    chunk.tokens = tokens.slice(at);
    chunk.multipliers = multipliers.slice(at);
  };

  return {
    close,
    beforeToken(isComma: boolean) {
      const { length } = chunk.tokens;
      const canBacktrack = commaBacktrack !== 0 && lastComma !== -1 && length - lastComma <= commaBacktrack;
      if (isComma) lastComma = length;
      else if (length === CHUNK_TOKENS && canBacktrack) breakAtComma();
      if (chunk.tokens.length === CHUNK_TOKENS) close();
    },
    addToken(token: number, weight: number) {
      chunk.tokens.push(token);
      chunk.multipliers.push(weight);
    },
    addEmbedding(embedding: EmbeddingName, weight: number) {
      if (chunk.tokens.length + embedding.vectors > CHUNK_TOKENS) close();
      chunk.fixes.push({ offset: chunk.tokens.length, embedding: embedding.name });
      for (let i = 0; i < embedding.vectors; i++) this.addToken(0, weight);
    },
    finish(): TokenizedPrompt {
      if (chunk.tokens.length > 0 || chunks.length === 0) {
        const used = chunk.tokens.length;
        close();
        tokenCount += used - CHUNK_TOKENS;
      }
      return { chunks, tokenCount };
    },
  };
}

/** A chunk of padding alone: prompts of one batch are filled up with it to the same number of chunks. */
export function emptyChunk(): PromptChunk {
  return padChunk({ tokens: [], multipliers: [], fixes: [] });
}

function padChunk({ tokens, multipliers, fixes }: PromptChunk): PromptChunk {
  const padding = CHUNK_TOKENS - tokens.length;
  return {
    tokens: [START_TOKEN, ...tokens, ...Array<number>(padding).fill(END_TOKEN), END_TOKEN],
    multipliers: [1, ...multipliers, ...Array<number>(padding).fill(1), 1],
    fixes,
  };
}

/**
 * Padding of encoders that were trained with another padding token (0 for OpenCLIP, so SD 2 and SDXL's second
 * encoder): every token after the first end. SD 1 pads with end itself and needs no call.
 */
export function replacePadding(tokens: readonly number[], padding: number): number[] {
  const end = tokens.indexOf(END_TOKEN);
  return tokens.map((token, index) => (index > end ? padding : token));
}

/** The second number of a token counter: the room of the chunks in use, 75, 150, … */
export function tokenCapacity(tokenCount: number): number {
  return Math.ceil(Math.max(tokenCount, 1) / CHUNK_TOKENS) * CHUNK_TOKENS;
}
