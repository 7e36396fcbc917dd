/**
 * A linear map from latent channels to RGB: the cheap preview. The map is fitted per VAE, because each has its own
 * latent space: test pictures are encoded, and RGB (averaged over the VAE's blocks) is regressed on the latents.
 */
import type { Tensor } from '../tensor.ts';
import type { Picture } from './picture.ts';

/** RGB in 0..1 = weights · [latent channels, 1]; 3 rows of channels + 1. */
export type PreviewMap = readonly (readonly number[])[];

/** The picture that a latent [1, c, h, w] (sampler space) stands for, one pixel per latent pixel. */
export function previewPicture(latent: Tensor, map: PreviewMap): Picture {
  const [, channels, height, width] = latent.shape as [number, number, number, number];
  const plane = height * width;
  const rgb = new Uint8Array(plane * 3);
  for (let i = 0; i < plane; i++) {
    for (let color = 0; color < 3; color++) {
      const row = map[color]!;
      let value = row[channels]!;
      for (let channel = 0; channel < channels; channel++)
        value += row[channel]! * latent.data[channel * plane + i]!;
      rgb[i * 3 + color] = Math.min(255, Math.max(0, value * 255));
    }
  }
  return { rgb, width, height };
}

/**
 * Least squares fit. latents: [n, c] values per sample; colors: [n, 3] in 0..1. A small ridge keeps channels that do
 * not vary harmless.
 */
export function fitPreviewMap(latents: Float32Array, colors: Float32Array, channels: number): PreviewMap {
  const size = channels + 1;
  const samples = latents.length / channels;
  const normal = Array.from({ length: size }, () => new Float64Array(size));
  const right = Array.from({ length: size }, () => new Float64Array(3));
  const row = new Float64Array(size);
  for (let s = 0; s < samples; s++) {
    for (let c = 0; c < channels; c++) row[c] = latents[s * channels + c]!;
    row[channels] = 1;
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) normal[i]![j]! += row[i]! * row[j]!;
      for (let color = 0; color < 3; color++) right[i]![color]! += row[i]! * colors[s * 3 + color]!;
    }
  }
  for (let i = 0; i < channels; i++) normal[i]![i]! += 1e-3 * samples;
  const solved = solve(normal, right);
  return [0, 1, 2].map((color) => solved.map((values) => values[color]!));
}

/** Gaussian elimination with partial pivoting; both arguments are used up. */
function solve(matrix: Float64Array[], right: Float64Array[]): Float64Array[] {
  const size = matrix.length;
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let r = column + 1; r < size; r++) {
      if (Math.abs(matrix[r]![column]!) > Math.abs(matrix[pivot]![column]!)) pivot = r;
    }
    [matrix[column], matrix[pivot]] = [matrix[pivot]!, matrix[column]!];
    [right[column], right[pivot]] = [right[pivot]!, right[column]!];
    for (let r = 0; r < size; r++) {
      if (r === column) continue;
      const factor = matrix[r]![column]! / matrix[column]![column]!;
      for (let c = column; c < size; c++) matrix[r]![c]! -= factor * matrix[column]![c]!;
      for (let c = 0; c < right[r]!.length; c++) right[r]![c]! -= factor * right[column]![c]!;
    }
  }
  return right.map((values, r) => values.map((value) => value / matrix[r]![r]!));
}

/**
 * The picture the map is fitted on, [1, 3, size, size] in -1..1: soft blobs of many hues and brightnesses over a
 * gradient, drawn from a fixed sequence. `size` is a multiple of 8.
 */
export function calibrationPicture(size: number): Float32Array {
  const plane = size * size;
  const picture = new Float32Array(3 * plane);
  const random = lowDiscrepancy();
  for (let i = 0; i < plane; i++) {
    const across = (i % size) / size;
    const down = Math.floor(i / size) / size;
    picture[i] = 2 * across - 1;
    picture[plane + i] = 2 * down - 1;
    picture[2 * plane + i] = 1 - 2 * across * down;
  }
  for (let blob = 0; blob < 96; blob++) {
    const [x, y, radius] = [random() * size, random() * size, (0.03 + 0.1 * random()) * size];
    const color = [random(), random(), random()].map((value) => Math.round(value * 4) / 2 - 1);
    for (let py = Math.max(0, Math.floor(y - radius)); py < Math.min(size, y + radius); py++) {
      for (let px = Math.max(0, Math.floor(x - radius)); px < Math.min(size, x + radius); px++) {
        if ((px - x) ** 2 + (py - y) ** 2 > radius ** 2) continue;
        for (let c = 0; c < 3; c++) picture[c * plane + py * size + px] = color[c]!;
      }
    }
  }
  return picture;
}

/** A fixed sequence that fills 0..1 evenly (additive recurrence with the golden ratio's relatives). */
function lowDiscrepancy(): () => number {
  let index = 0;
  const steps = [
    0.6180339887498949, 0.7548776662466927, 0.5698402909980532, 0.8191725133961645, 0.6710436067037893,
  ];
  return () => {
    const value = (0.5 + Math.floor(index / steps.length + 1) * steps[index % steps.length]!) % 1;
    index++;
    return value;
  };
}

/** Mean RGB (0..1) of each block × block square of a picture [1, 3, size, size] in -1..1: [blocks, 3]. */
export function blockColors(picture: Float32Array, size: number, block: number): Float32Array {
  const side = size / block;
  const colors = new Float32Array(side * side * 3);
  for (let c = 0; c < 3; c++) {
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const at = Math.floor(y / block) * side + Math.floor(x / block);
        colors[at * 3 + c]! += (picture[c * size * size + y * size + x]! + 1) / 2 / (block * block);
      }
    }
  }
  return colors;
}
