import type { Tensor } from '#core/tensor.ts';

/** Position pattern of the analytic models: cos(0.7 channel + 0.3 row - 0.2 column). */
function pattern(i: number, [, channels, height, width]: readonly number[]): number {
  const w = i % width!;
  const h = Math.floor(i / width!) % height!;
  const c = Math.floor(i / (width! * height!)) % channels!;
  return Math.cos(0.7 * c + 0.3 * h - 0.2 * w);
}

function mapWithPattern(x: Tensor, formula: (value: number, p: number) => number): Tensor {
  return { data: x.data.map((value, i) => formula(value, pattern(i, x.shape))), shape: x.shape };
}

/** A denoiser that stands in for a diffusion model: x [n, c, h, w] at noise level `sigma`. */
export function denoiseSigma(x: Tensor, sigma: number): Tensor {
  const variance = 1 + sigma ** 2;
  return mapWithPattern(
    x,
    (value, p) =>
      value / variance +
      0.25 * (sigma ** 2 / variance) * Math.tanh((1.3 * value) / Math.sqrt(variance) + 0.5 * p),
  );
}

/** The output of a network that stands in for a UNet: x with unit variance at `timestep`, `c` in place of a prompt. */
export function predictEps(x: Tensor, timestep: number, c: number): Tensor {
  const u = timestep / 1000;
  return mapWithPattern(
    x,
    (value, p) =>
      (0.35 + 0.6 * u) * value +
      0.2 * (1 - u) * Math.tanh(1.3 * value + 0.5 * p + c) +
      0.05 * Math.sin(3 * u),
  );
}

/** A denoiser that stands in for a rectified-flow model. */
export function denoiseFlow(x: Tensor, sigma: number): Tensor {
  const scale = (1 - sigma) / ((1 - sigma) ** 2 + sigma ** 2);
  return mapWithPattern(x, (value, p) => value * scale + 0.25 * sigma * Math.tanh(1.3 * value + 0.5 * p));
}
