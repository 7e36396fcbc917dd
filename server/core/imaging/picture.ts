import type { Tensor } from '../tensor.ts';

/** RGB bytes, row-major, height × width × 3. */
export interface Picture {
  rgb: Uint8Array;
  width: number;
  height: number;
}

/**
 * A decoded tensor [1, 3, H, W] in -1..1 as bytes. Values are cut, not rounded, as A1111 does it: the float is taken
 * to 0..1, clamped, multiplied by 255 in float32 and truncated.
 */
export function toPicture(decoded: Tensor): Picture {
  const [, , height, width] = decoded.shape as [number, number, number, number];
  const plane = height * width;
  const rgb = new Uint8Array(plane * 3);
  for (let channel = 0; channel < 3; channel++) {
    for (let i = 0; i < plane; i++) {
      const unit = Math.fround(Math.fround(decoded.data[channel * plane + i]! + 1) / 2);
      rgb[i * 3 + channel] = Math.fround(Math.min(1, Math.max(0, unit)) * 255);
    }
  }
  return { rgb, width, height };
}

/** Pictures of one size side by side, `columns` in a row; empty places are black. */
export function tile(pictures: readonly Picture[], columns: number): Picture {
  const { width, height } = pictures[0]!;
  const rows = Math.ceil(pictures.length / columns);
  const out = {
    rgb: new Uint8Array(columns * width * rows * height * 3),
    width: columns * width,
    height: rows * height,
  };
  pictures.forEach((picture, index) => {
    const left = (index % columns) * width;
    const top = Math.floor(index / columns) * height;
    for (let y = 0; y < height; y++) {
      const row = picture.rgb.subarray(y * width * 3, (y + 1) * width * 3);
      out.rgb.set(row, ((top + y) * out.width + left) * 3);
    }
  });
  return out;
}
