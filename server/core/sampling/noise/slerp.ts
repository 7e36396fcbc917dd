import type { Tensor } from '../../tensor.ts';

/** Above this mean cosine the two noises count as parallel. */
const PARALLEL = 0.9995;

/**
 * Spherical interpolation of two noises, A1111's variation seed. low, high: [c, h, w], float32; vectors run along h, so
 * that each (channel, column) has an angle of its own. `amount` 0 gives low, 1 gives high.
 *
 * For nearly parallel noises A1111 falls back to a linear mix whose weights are swapped (amount 0 gives high). Kept, so
 * that its pictures come out the same.
 */
export function slerp(amount: number, low: Tensor, high: Tensor): Tensor {
  const [channels, height, width] = low.shape as [number, number, number];
  const cosines = new Float64Array(channels * width);
  for (let c = 0; c < channels; c++) {
    for (let x = 0; x < width; x++) cosines[c * width + x] = cosineAlongHeight(low, high, c, x);
  }
  const mean = cosines.reduce((sum, value) => sum + value, 0) / cosines.length;
  const data = new Float32Array(low.data.length);
  for (let c = 0; c < channels; c++) {
    for (let x = 0; x < width; x++) {
      const [lowWeight, highWeight] =
        mean > PARALLEL ? [amount, 1 - amount] : sphericalWeights(amount, cosines[c * width + x]!);
      for (let y = 0; y < height; y++) {
        const i = (c * height + y) * width + x;
        data[i] = lowWeight * low.data[i]! + highWeight * high.data[i]!;
      }
    }
  }
  return { data, shape: low.shape };
}

function sphericalWeights(amount: number, cosine: number): [number, number] {
  const omega = Math.acos(cosine);
  return [Math.sin((1 - amount) * omega) / Math.sin(omega), Math.sin(amount * omega) / Math.sin(omega)];
}

function cosineAlongHeight(low: Tensor, high: Tensor, channel: number, x: number): number {
  const [, height, width] = low.shape as [number, number, number];
  let dot = 0;
  let lowSquares = 0;
  let highSquares = 0;
  for (let y = 0; y < height; y++) {
    const i = (channel * height + y) * width + x;
    dot += low.data[i]! * high.data[i]!;
    lowSquares += low.data[i]! ** 2;
    highSquares += high.data[i]! ** 2;
  }
  return dot / Math.sqrt(lowSquares * highSquares);
}
