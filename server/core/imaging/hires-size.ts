/** Sizes of the two passes of hires fix, by AUTOMATIC1111's rules. */

export interface HiresSizeRequest {
  width: number;
  height: number;
  /** Factor where both targets are 0. */
  scale: number;
  /** Pixels; 0: from the other side and the shape, or from `scale`. */
  resizeX: number;
  resizeY: number;
  /** Rules of before hires fix had a factor: `width` and `height` are the target. Default false. */
  oldBehaviour?: boolean;
}

export interface HiresSize {
  /** First pass, pixels. */
  width: number;
  height: number;
  /** What the first pass is scaled to, pixels. */
  upscaleTo: [number, number];
  /** Latent pixels too many in width and height; half of them (rounded down) are cut on each side. */
  truncate: [number, number];
  /** What the infotext says of it: `Hires upscale` is the factor, `Hires resize` the wished size. */
  infotext: ['Hires upscale', number] | ['Hires resize', string];
}

const LATENT_FACTOR = 8;

/** Whole pixels, rounded down, as the original computes them. */
export function hiresSize(request: HiresSizeRequest): HiresSize {
  const { scale, oldBehaviour = false } = request;
  const [width, height] = oldBehaviour
    ? oldFirstPassSize(request.width, request.height)
    : [request.width, request.height];
  const targetX = oldBehaviour ? request.width : request.resizeX;
  const targetY = oldBehaviour ? request.height : request.resizeY;

  if (targetX === 0 && targetY === 0) {
    const upscaleTo: [number, number] = [Math.trunc(width * scale), Math.trunc(height * scale)];
    return { width, height, upscaleTo, truncate: [0, 0], infotext: ['Hires upscale', scale] };
  }
  const byWidth = targetY === 0 || (targetX !== 0 && width / height < targetX / targetY);
  const upscaleTo: [number, number] = byWidth
    ? [targetX, Math.floor((targetX * height) / width)]
    : [Math.floor((targetY * width) / height), targetY];
  const excess = (side: number, target: number) =>
    target === 0 ? 0 : Math.floor((side - target) / LATENT_FACTOR);
  return {
    width,
    height,
    upscaleTo,
    truncate: [excess(upscaleTo[0], targetX), excess(upscaleTo[1], targetY)],
    infotext: ['Hires resize', `${targetX}x${targetY}`],
  };
}

/** About 512 × 512 pixels in the wished shape, up to whole 64s. */
export function oldFirstPassSize(width: number, height: number): [number, number] {
  const scale = Math.sqrt((512 * 512) / (width * height));
  const rounded = (side: number) => Math.ceil((scale * side) / 64) * 64;
  return [rounded(width), rounded(height)];
}
