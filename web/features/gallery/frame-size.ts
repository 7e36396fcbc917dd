/** How large the stage shows a picture of this size at most, in CSS pixels of its width. Small ones grow, not without end. Pure. */
export function largestWidth(width: number, height: number): number {
  const long = Math.max(width, height);
  const shown = Math.max(long, Math.min(long * 4, 768));
  return Math.round((width / long) * shown);
}
