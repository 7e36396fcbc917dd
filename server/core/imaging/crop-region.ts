/** Which part of a picture is painted when only the masked area is: inpainting at full resolution. */

/** Left, top (inclusive), right, bottom (exclusive), in pixels. */
export type Box = readonly [x1: number, y1: number, x2: number, y2: number];

export interface Size {
  width: number;
  height: number;
}

/** One byte a pixel, row-major; 0 is unmasked. */
export interface Mask extends Size {
  data: Uint8Array;
}

/** The smallest box around all masked pixels, padded within the picture; null for a blank mask. */
export function cropRegion(mask: Mask, padding = 0): Box | null {
  const { data, width, height } = mask;
  let [x1, y1, x2, y2] = [width, height, 0, 0];
  for (let y = 0; y < height; y++) {
    const row = data.subarray(y * width, (y + 1) * width);
    const first = row.findIndex((value) => value !== 0);
    if (first < 0) continue;
    x1 = Math.min(x1, first);
    x2 = Math.max(x2, row.findLastIndex((value) => value !== 0) + 1);
    y1 = Math.min(y1, y);
    y2 = y + 1;
  }
  if (x2 === 0) return null;
  return [
    Math.max(0, x1 - padding),
    Math.max(0, y1 - padding),
    Math.min(width, x2 + padding),
    Math.min(height, y2 + padding),
  ];
}

/** The box grown on its short side to the shape of what will be painted, moved to stay within the picture. */
export function expandCropRegion(box: Box, processing: Size, image: Size): Box {
  const [x1, y1, x2, y2] = box;
  const shape = processing.width / processing.height;
  if ((x2 - x1) / (y2 - y1) > shape) {
    const [top, bottom] = grow(y1, y2, Math.trunc((x2 - x1) / shape - (y2 - y1)), image.height);
    return [x1, top, x2, bottom];
  }
  const [left, right] = grow(x1, x2, Math.trunc((y2 - y1) * shape - (x2 - x1)), image.width);
  return [left, y1, right, y2];
}

/** Half of `by` before, the rest after; then shifted off an edge it crosses, then cut at the far one. */
function grow(from: number, to: number, by: number, limit: number): [number, number] {
  let start = from - Math.floor(by / 2);
  let end = to + by - Math.floor(by / 2);
  const over = Math.max(0, end - limit);
  start -= over;
  end -= over;
  const under = Math.max(0, -start);
  return [start + under, Math.min(end + under, limit)];
}
