/** The four ways of applying weights to a text encoder's output, as named by the option `emphasis`. */

export const EMPHASIS_MODES = ['None', 'Ignore', 'Original', 'No norm'] as const;
export type EmphasisMode = (typeof EMPHASIS_MODES)[number];

/** False for `None`: brackets are then part of the text. */
export function readsAttention(mode: EmphasisMode): boolean {
  return mode !== 'None';
}

/**
 * Weights encoded tokens in place.
 * @param z token vectors, row-major [tokens, width]; several prompts may lie one after another
 * @param multipliers one per token
 * @param repeats one per token: how often its text occurs in what is encoded together; absent: once each
 *
 * `Original` restores the mean of the whole of `z` after weighting. What is encoded together therefore matters: one
 * call holds one chunk of all texts of one prompt's schedule. `No norm` only weights; `Ignore` and `None` do nothing.
 */
export function applyEmphasis(
  mode: EmphasisMode,
  z: Float32Array,
  multipliers: ArrayLike<number>,
  repeats?: ArrayLike<number>,
): void {
  if (mode === 'Ignore' || mode === 'None') return;
  const width = z.length / multipliers.length;
  const meanBefore = mean(z, width, repeats);
  for (let token = 0; token < multipliers.length; token++) {
    const weight = Math.fround(multipliers[token]!);
    if (weight === 1) continue;
    for (let i = token * width; i < (token + 1) * width; i++) z[i]! *= weight;
  }
  if (mode === 'No norm') return;
  const ratio = Math.fround(meanBefore / mean(z, width, repeats));
  if (ratio === 1) return;
  for (let i = 0; i < z.length; i++) z[i]! *= ratio;
}

function mean(values: Float32Array, width: number, repeats?: ArrayLike<number>): number {
  let sum = 0;
  let count = 0;
  for (let start = 0; start < values.length; start += width) {
    const times = repeats?.[start / width] ?? 1;
    for (let i = start; i < start + width; i++) sum += times * values[i]!;
    count += times * width;
  }
  return Math.fround(sum / count);
}
