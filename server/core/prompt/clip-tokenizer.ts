/**
 * CLIP's byte-level BPE tokenizer (Radford et al. 2021, openai/CLIP `simple_tokenizer`).
 * Ids 0-255 are bytes, 256-511 bytes that end a word, then one id per merge, then start and end.
 */
import { fixText, unescapeHtml } from './fix-text.ts';
import { SPACE, strip } from './python-text.ts';

export const START_TOKEN = 49406;
export const END_TOKEN = 49407;

const MERGES = 49152 - 256 - 2;
const FIRST_MERGE_ID = 512;
const CACHE_LIMIT = 50_000;
const NO_RANK = 0x7fffffff;

const WORD = /<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+/gu;
const SPACES = new RegExp(`[${SPACE}]+`, 'g');

/**
 * `clip`: as the transformers library cleans text (SD 1, the first encoder of SDXL).
 * `open_clip`: HTML entities are always unescaped, twice (SD 2, the second encoder of SDXL).
 */
export type ClipVariant = 'clip' | 'open_clip';

export interface ClipTokenizer {
  /** Token ids of a text of any length, without start and end. */
  encode(text: string): number[];
  /** The text that ids stand for, words separated by spaces; ids outside the vocabulary are left out. */
  decode(ids: Iterable<number>): string;
}

/** What a vocabulary file says, shared by tokenizers of both variants. */
export interface ClipVocabulary {
  /** Id of byte b where it does not end a word; + 256 where it does. */
  readonly byteIds: Uint16Array;
  /** left id × 65536 + right id → id of the merge; a lower id merges first. */
  readonly merges: ReadonlyMap<number, number>;
  /** Bytes of each id; words end with `</w>`, kept apart in `endsWord`. */
  readonly symbols: readonly string[];
}

/**
 * Reads CLIP's `bpe_simple_vocab_16e6.txt` (unpacked): a header line, then one merge per line, `left right`.
 * Takes some 50 ms; do it once.
 */
export function parseClipVocabulary(text: string): ClipVocabulary {
  const bytes = byteSymbols();
  const symbols = bytes.concat(bytes.map((symbol) => `${symbol}</w>`));
  const idOf = new Map(symbols.map((symbol, id) => [symbol, id]));
  const merges = new Map<number, number>();
  const lines = text.split('\n').slice(1, 1 + MERGES);
  lines.forEach((line, index) => {
    const [left, right] = line.trim().split(' ') as [string, string];
    const id = FIRST_MERGE_ID + index;
    merges.set(idOf.get(left)! * 65536 + idOf.get(right)!, id);
    symbols.push(left + right);
    idOf.set(left + right, id);
  });
  const byteIds = new Uint16Array(256);
  byteOrder().forEach((byte, id) => {
    byteIds[byte] = id;
  });
  return { byteIds, merges, symbols };
}

export function createClipTokenizer(
  vocabulary: ClipVocabulary,
  variant: ClipVariant = 'clip',
): ClipTokenizer {
  const cache = new Map<string, readonly number[]>();
  const utf8 = new TextEncoder();

  const encodeWord = (word: string): readonly number[] => {
    if (word === '<|startoftext|>') return [START_TOKEN];
    if (word === '<|endoftext|>') return [END_TOKEN];
    return mergeBytes(vocabulary, utf8.encode(word));
  };

  return {
    encode(text) {
      const ids: number[] = [];
      for (const [word] of cleanText(text, variant).matchAll(WORD)) {
        let wordIds = cache.get(word);
        if (wordIds === undefined) {
          wordIds = encodeWord(word);
          if (cache.size >= CACHE_LIMIT) cache.clear();
          if (word.length <= 64) cache.set(word, wordIds);
        }
        for (const id of wordIds) ids.push(id);
      }
      return ids;
    },
    decode(ids) {
      const byteOf = new Map(byteOrder().map((byte, id) => [vocabulary.symbols[id]!, byte]));
      const bytes: number[] = [];
      for (const id of ids) {
        const symbol = vocabulary.symbols[id] ?? '';
        const endsWord = symbol.endsWith('</w>');
        for (const character of endsWord ? symbol.slice(0, -4) : symbol) bytes.push(byteOf.get(character)!);
        if (endsWord) bytes.push(0x20);
      }
      return new TextDecoder().decode(Uint8Array.from(bytes)).trimEnd();
    },
  };
}

function cleanText(text: string, variant: ClipVariant): string {
  const fixed = fixText(text);
  const unescaped = variant === 'open_clip' ? unescapeHtml(unescapeHtml(fixed)) : fixed;
  return strip(unescaped.replace(SPACES, ' ')).toLowerCase();
}

/**
 * Merges the symbols of one word until no pair of neighbours is in the vocabulary: the lowest merge first, all its
 * places in one sweep. Ranks of pairs are kept beside the symbols, so that a word of 100 kB takes no quadratic look-ups.
 */
function mergeBytes(vocabulary: ClipVocabulary, bytes: Uint8Array): number[] {
  const ids = Array.from(bytes, (byte) => vocabulary.byteIds[byte]!);
  if (ids.length > 0) ids[ids.length - 1]! += 256;
  const rankOf = (left: number, right: number) => vocabulary.merges.get(left * 65536 + right) ?? NO_RANK;
  const ranks = new Int32Array(Math.max(0, ids.length - 1)).map((_, i) => rankOf(ids[i]!, ids[i + 1]!));

  let length = ids.length;
  while (length > 1) {
    let best = NO_RANK;
    for (let i = 0; i < length - 1; i++) if (ranks[i]! < best) best = ranks[i]!;
    if (best === NO_RANK) break;
    let out = 0;
    let merged = false;
    for (let i = 0; i < length; out++) {
      const take = i < length - 1 && ranks[i] === best;
      ids[out] = take ? best : ids[i]!;
      const rankAfter = take ? ranks[i + 1]! : ranks[i]!;
      if (out > 0 && (take || merged)) ranks[out - 1] = rankOf(ids[out - 1]!, ids[out]!);
      ranks[out] = rankAfter;
      merged = take;
      i += take ? 2 : 1;
    }
    length = out;
  }
  return ids.slice(0, length);
}

/** Bytes in the order of their ids: printable ones first. */
function byteOrder(): number[] {
  const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const printable = [...range(33, 126), ...range(161, 172), ...range(174, 255)];
  const rest = range(0, 255).filter((byte) => !printable.includes(byte));
  return [...printable, ...rest];
}

/** The character that the vocabulary file writes for each byte, in the order of ids. */
function byteSymbols(): string[] {
  let next = 256;
  return byteOrder().map((byte, id) => String.fromCharCode(id < 188 ? byte : next++));
}
