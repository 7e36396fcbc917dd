/**
 * Attention syntax: `(a)` ×1.1, `[a]` ÷1.1, `(a:1.3)` ×1.3, `\(` a literal bracket, `BREAK` a new chunk.
 * The grammar is the one AUTOMATIC1111's web UI established.
 */
import { parsePlainFloat, SPACE } from './python-text.ts';

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

const BREAK = new RegExp(`[${SPACE}]*(?<![\\p{L}\\p{N}_])BREAK(?![\\p{L}\\p{N}_])[${SPACE}]*`, 'gu');

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
  const parts: WeightedText[] = [];
  const round: number[] = [];
  const square: number[] = [];
  const multiplyFrom = (start: number, factor: number) => {
    for (let i = start; i < parts.length; i++) parts[i]!.weight *= factor;
  };

  for (const [token] of prompt.matchAll(TOKEN)) {
    const first = token[0]!;
    if (first === '\\') {
      parts.push({ text: token.slice(1), weight: 1 });
    } else if (token === '(') {
      round.push(parts.length);
    } else if (token === '[') {
      square.push(parts.length);
    } else if (token.endsWith(')') && round.length > 0) {
      const weight = first === ':' ? parsePlainFloat(token.slice(1, -1).trim()) : ROUND_FACTOR;
      if (weight === null) parts.push({ text: token.slice(0, -1), weight: 1 });
      multiplyFrom(round.pop()!, weight ?? ROUND_FACTOR);
    } else if (token === ']' && square.length > 0) {
      multiplyFrom(square.pop()!, SQUARE_FACTOR);
    } else {
      pushText(parts, token);
    }
  }
  for (const start of round) multiplyFrom(start, ROUND_FACTOR);
  for (const start of square) multiplyFrom(start, SQUARE_FACTOR);
  return parts.length === 0 ? [{ text: '', weight: 1 }] : joinEqualWeights(parts);
}

function pushText(parts: WeightedText[], text: string): void {
  text.split(BREAK).forEach((piece, index) => {
    if (index > 0) parts.push({ text: 'BREAK', weight: -1 });
    parts.push({ text: piece, weight: 1 });
  });
}

function joinEqualWeights(parts: WeightedText[]): WeightedText[] {
  const joined: WeightedText[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (last && last.weight === part.weight) last.text += part.text;
    else joined.push(part);
  }
  return joined;
}
