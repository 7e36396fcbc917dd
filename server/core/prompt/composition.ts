/** Composable prompts: `a AND b:0.5` predicts each part alone and adds them with their weights (Liu et al. 2022). */
import { parsePlainFloat, strip, stripEnd } from './python-text.ts';

/** A part of a prompt: which of the distinct texts, and its weight. */
export interface PromptPart {
  text: number;
  weight: number;
}

export interface Composition {
  /** Distinct texts over all prompts, each to be encoded once. */
  texts: string[];
  /** Per prompt, at least one part. */
  parts: PromptPart[][];
}

const AND = /(?<![\p{L}\p{N}_])AND(?![\p{L}\p{N}_])/u;

/** Splits prompts at `AND`; a part may end with `:weight`. Never throws. */
export function composePrompts(prompts: readonly string[]): Composition {
  const indexOf = new Map<string, number>();
  const parts = prompts.map((prompt) =>
    prompt.split(AND).map((piece) => {
      const { text, weight } = splitWeight(piece);
      if (!indexOf.has(text)) indexOf.set(text, indexOf.size);
      return { text: indexOf.get(text)!, weight };
    }),
  );
  return { texts: [...indexOf.keys()], parts };
}

function splitWeight(piece: string): { text: string; weight: number } {
  const text = stripEnd(piece);
  const colon = text.lastIndexOf(':');
  const weight = colon < 0 ? null : parsePlainFloat(strip(text.slice(colon + 1)));
  return weight === null ? { text, weight: 1 } : { text: stripEnd(text.slice(0, colon)), weight };
}
