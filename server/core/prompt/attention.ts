/**
 * Attention syntax: `(a)` ×1.1, `[a]` ÷1.1, `(a:1.3)` ×1.3, `\(` a literal bracket, `BREAK` a new chunk.
 * The grammar is the one AUTOMATIC1111's web UI established.
 */
import { parsePlainFloat, SPACE, strip, stripEnd, stripStart } from './python-text.ts';

/** A run of text with its weight. A chunk break is `BREAK` with weight -1. */
export interface WeightedText {
  text: string;
  weight: number;
}

const ROUND_FACTOR = 1.1;
const SQUARE_FACTOR = 1 / 1.1;

/** Escapes, brackets, `:number)`, a run of plain text, a lone colon. `s`: an escape may hide a line break. */
const TOKEN = new RegExp(
  `\\\\[()[\\]\\\\]|\\\\|[([]|:[${SPACE}]*[+-]?[.\\d]+[${SPACE}]*\\)|[)\\]]|[^\\\\()[\\]:]+|:`,
  'g',
);

const BREAK = /(?<![\p{L}\p{N}_])BREAK(?![\p{L}\p{N}_])/u;

/** True for the mark that ends a chunk; a `BREAK` whose weight was changed by brackets is plain text. */
export function isBreak(part: WeightedText): boolean {
  return part.weight === -1 && part.text === 'BREAK';
}

/**
 * Splits a prompt into runs of one weight; neighbours of equal weight are joined. Never throws: unbalanced closing
 * brackets are text, unclosed opening ones weigh what follows, and a weight that is no number (`(a:1.1.1)`) is text
 * inside its brackets. The result is never empty.
 */
export function parseAttention(prompt: string): WeightedText[] {
  const parts = createParts();
  const round: number[] = [];
  const square: number[] = [];

  for (const [token] of prompt.matchAll(TOKEN)) {
    const first = token[0]!;
    if (first === '\\') {
      parts.push(token.slice(1));
    } else if (token === '(') {
      round.push(parts.count());
    } else if (token === '[') {
      square.push(parts.count());
    } else if (token.endsWith(')') && round.length > 0) {
      const weight = first === ':' ? parsePlainFloat(strip(token.slice(1, -1))) : ROUND_FACTOR;
      if (weight === null) parts.push(token.slice(0, -1));
      parts.multiplyFrom(round.pop()!, weight ?? ROUND_FACTOR);
    } else if (token === ']' && square.length > 0) {
      parts.multiplyFrom(square.pop()!, SQUARE_FACTOR);
    } else {
      splitBreaks(token).forEach((piece, index) => {
        if (index > 0) parts.push('BREAK', -1);
        parts.push(piece);
      });
    }
  }
  for (const start of round) parts.multiplyFrom(start, ROUND_FACTOR);
  for (const start of square) parts.multiplyFrom(start, SQUARE_FACTOR);
  return parts.joined();
}

/** Runs of text and their weights in two lists: multiplying a plain list of numbers is what deep nesting costs. */
function createParts() {
  const texts: string[] = [];
  const weights: number[] = [];
  return {
    count: () => texts.length,
    push(text: string, weight = 1) {
      texts.push(text);
      weights.push(weight);
    },
    multiplyFrom(start: number, factor: number) {
      for (let i = start; i < weights.length; i++) weights[i]! *= factor;
    },
    /** Neighbours of equal weight as one; at least one part. */
    joined(): WeightedText[] {
      const joined: WeightedText[] = [];
      texts.forEach((text, i) => {
        const last = joined.at(-1);
        if (last && last.weight === weights[i]) last.text += text;
        else joined.push({ text, weight: weights[i]! });
      });
      return joined.length === 0 ? [{ text: '', weight: 1 }] : joined;
    },
  };
}

/** The text between `BREAK`s, without the white space around them. */
function splitBreaks(text: string): string[] {
  const pieces = text.split(BREAK);
  const last = pieces.length - 1;
  return pieces.map((piece, index) => {
    const started = index === 0 ? piece : stripStart(piece);
    return index === last ? started : stripEnd(started);
  });
}
