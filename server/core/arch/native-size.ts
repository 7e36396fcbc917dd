/** Sides beyond this are taken for a slip in the metadata. */
const MAX_SIDE = 8192;
const MIN_SIDE = 8;

/** Picture size that a checkpoint says it was trained at: `modelspec.resolution`, "512x512" or "512". */
export function nativeSize(
  metadata: Readonly<Record<string, string>>,
): { width: number; height: number } | undefined {
  const found = /^\s*(\d{1,5})(?:\s*[x×]\s*(\d{1,5}))?\s*$/.exec(metadata['modelspec.resolution'] ?? '');
  if (found === null) return undefined;
  const width = Number(found[1]);
  const height = Number(found[2] ?? found[1]);
  const sane = [width, height].every((side) => side >= MIN_SIDE && side <= MAX_SIDE);
  return sane ? { width, height } : undefined;
}
