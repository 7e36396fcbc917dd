/** Latent upscalers of hires fix: torch's `interpolate` (half-pixel centres) in the modes that A1111 names. */
import { elementCount, type Tensor } from '../tensor.ts';

interface Mode {
  filter: 'nearest' | 'nearest-exact' | 'linear' | 'cubic';
  antialias: boolean;
}

const MODES = {
  Latent: { filter: 'linear', antialias: false },
  'Latent (antialiased)': { filter: 'linear', antialias: true },
  'Latent (bicubic)': { filter: 'cubic', antialias: false },
  'Latent (bicubic antialiased)': { filter: 'cubic', antialias: true },
  'Latent (nearest)': { filter: 'nearest', antialias: false },
  'Latent (nearest-exact)': { filter: 'nearest-exact', antialias: false },
} as const satisfies Record<string, Mode>;

export type LatentUpscaler = keyof typeof MODES;

/** Names of all latent upscalers, the usual one first. */
export const LATENT_UPSCALERS = Object.keys(MODES) as LatentUpscaler[];

export function isLatentUpscaler(name: string): name is LatentUpscaler {
  return Object.hasOwn(MODES, name);
}

/** What one output sample is made of: `weights[k]` of input sample `indices[k]`. */
interface Mix {
  indices: number[];
  weights: number[];
}

/** Scales [n, c, h, w] to [n, c, height, width]. */
export function upscaleLatent(
  latent: Tensor,
  height: number,
  width: number,
  upscaler: LatentUpscaler,
): Tensor {
  const [count, channels, fromHeight, fromWidth] = latent.shape as [number, number, number, number];
  const mode = MODES[upscaler];
  const columns = mixes(fromWidth, width, mode);
  const rows = mixes(fromHeight, height, mode);
  const wide = scaleLines(
    latent.data,
    { lines: count * channels * fromHeight, inner: 1 },
    fromWidth,
    columns,
  );
  const data = scaleLines(wide, { lines: count * channels, inner: width }, fromHeight, rows);
  return { data, shape: [count, channels, height, width] };
}

/** Latent without its edges, as hires fix cuts what stands over a wished size: half (rounded down) left and top. */
export function cutLatent(latent: Tensor, truncateX: number, truncateY: number): Tensor {
  if (truncateX === 0 && truncateY === 0) return latent;
  const [count, channels, height, width] = latent.shape as [number, number, number, number];
  const [top, left] = [Math.floor(truncateY / 2), Math.floor(truncateX / 2)];
  const shape = [count, channels, height - truncateY, width - truncateX] as const;
  const data = new Float32Array(elementCount(shape));
  let to = 0;
  for (let plane = 0; plane < count * channels; plane++) {
    for (let y = top; y < top + shape[2]; y++) {
      const from = (plane * height + y) * width + left;
      data.set(latent.data.subarray(from, from + shape[3]), to);
      to += shape[3];
    }
  }
  return { data, shape };
}

/** Mixes along one axis: `lines` runs of `size` samples, each sample `inner` numbers. */
function scaleLines(
  source: Float32Array,
  { lines, inner }: { lines: number; inner: number },
  size: number,
  samples: readonly Mix[],
): Float32Array {
  const result = new Float32Array(lines * samples.length * inner);
  for (let line = 0; line < lines; line++) {
    samples.forEach(({ indices, weights }, out) => {
      for (let i = 0; i < inner; i++) {
        let sum = 0;
        for (let k = 0; k < indices.length; k++) {
          sum += weights[k]! * source[(line * size + indices[k]!) * inner + i]!;
        }
        result[(line * samples.length + out) * inner + i] = sum;
      }
    });
  }
  return result;
}

function mixes(size: number, wanted: number, { filter, antialias }: Mode): Mix[] {
  const scale = Math.fround(size / wanted);
  return Array.from({ length: wanted }, (_, i) => {
    if (filter === 'nearest') return pick(Math.floor(Math.fround(i * scale)), size);
    if (filter === 'nearest-exact') return pick(Math.floor(Math.fround((i + 0.5) * scale)), size);
    if (antialias) return smoothMix(i, size, size / wanted, filter);
    return filter === 'linear' ? linearMix(i, size, scale) : cubicMix(i, size, scale);
  });
}

const pick = (index: number, size: number): Mix => ({ indices: [Math.min(index, size - 1)], weights: [1] });

function linearMix(i: number, size: number, scale: number): Mix {
  const at = Math.max((i + 0.5) * scale - 0.5, 0);
  const left = Math.min(Math.floor(at), size - 1);
  const share = at - left;
  return { indices: [left, Math.min(left + 1, size - 1)], weights: [1 - share, share] };
}

/** Four neighbours, those over the edge standing for the edge; Keys' kernel with -0.75. */
function cubicMix(i: number, size: number, scale: number): Mix {
  const at = (i + 0.5) * scale - 0.5;
  const left = Math.floor(at);
  const neighbours = [left - 1, left, left + 1, left + 2];
  return {
    indices: neighbours.map((index) => Math.min(Math.max(index, 0), size - 1)),
    weights: neighbours.map((index) => cubic(at - index, -0.75)),
  };
}

/** As Pillow resizes: the kernel grows when shrinking, is cut off at the edges and brought back to a sum of 1. */
function smoothMix(i: number, size: number, scale: number, filter: 'linear' | 'cubic'): Mix {
  const stretch = Math.max(scale, 1);
  const support = (filter === 'linear' ? 1 : 2) * stretch;
  const centre = scale * (i + 0.5);
  const first = Math.max(Math.trunc(centre - support + 0.5), 0);
  const end = Math.min(Math.trunc(centre + support + 0.5), size);
  const indices = Array.from({ length: end - first }, (_, k) => first + k);
  const raw = indices.map((index) => {
    const distance = (index - centre + 0.5) / stretch;
    return filter === 'linear' ? Math.max(1 - Math.abs(distance), 0) : cubic(distance, -0.5);
  });
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  return { indices, weights: raw.map((weight) => weight / total) };
}

/** Keys 1981, "Cubic Convolution Interpolation for Digital Image Processing". */
function cubic(distance: number, a: number): number {
  const x = Math.abs(distance);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}
