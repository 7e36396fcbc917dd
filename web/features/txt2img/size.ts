/** Sizes as people type them. Pure. */

export interface Size {
  width: number;
  height: number;
}

/** "768x512", "768 × 512", "768*512", "768, 512" as a size; null where the text is not two numbers. */
export function parseSize(text: string): Size | null {
  const match = /^\s*(\d{1,5})\s*(?:[x×*,]|\s)\s*(\d{1,5})\s*$/i.exec(text);
  return match === null ? null : { width: Number(match[1]), height: Number(match[2]) };
}

/** A whole number, or null. */
export function parseEdge(text: string): number | null {
  return /^\s*\d{1,9}\s*$/.test(text) ? Number(text) : null;
}

/** Ratios on offer, wide ones; their upright forms come from swapping. */
export const RATIOS = ['1:1', '4:3', '3:2', '16:9'] as const;

/**
 * The size of a ratio ("3:2", "2:3") with about as many pixels as `native`, edges in multiples of the latent's cell (8),
 * and of 64 where the picture is large enough not to notice.
 */
export function sizeOfRatio(ratio: string, native: Size): Size {
  const [across = 1, down = 1] = ratio.split(':').map(Number);
  const grain = Math.min(native.width, native.height) >= 512 ? 64 : 8;
  const round = (edge: number) => Math.max(grain, Math.round(edge / grain) * grain);
  const area = native.width * native.height;
  return {
    width: round(Math.sqrt((area * across) / down)),
    height: round(Math.sqrt((area * down) / across)),
  };
}
