import { elementCount, type Tensor } from '../../tensor.ts';
import type { NoiseSource } from '../types.ts';
import { createBrownianNoise } from './brownian-tree.ts';
import { createNormalGenerator, type NormalGenerator, type RandnSource } from './normal-generator.ts';
import { slerp } from './slerp.ts';

export type { RandnSource };

export interface ImageNoiseOptions {
  source: RandnSource;
  /** [channels, height, width] of one latent. */
  shape: readonly [number, number, number];
  /** One per picture. */
  seeds: readonly number[];
  /** Variation seeds; pictures past the end of the list use 0. */
  subseeds?: readonly number[];
  /** 0: no variation. */
  subseedStrength?: number;
  /** "Resize seed from", pixels; 0: off. */
  seedResizeFromHeight?: number;
  seedResizeFromWidth?: number;
  /** ENSD: added to the seed for all draws after the first. */
  etaNoiseSeedDelta?: number;
}

export interface ImageNoise extends NoiseSource {
  /** The same source with each picture's Brownian path between two sigmas, for SDE samplers. */
  withBrownian(range: { sigmaMin: number; sigmaMax: number }): NoiseSource;
}

/**
 * The noise of a batch as A1111's ImageRNG gives it: the first `next()` is the start noise with variation and resize,
 * later ones are what samplers draw. Each picture has its own generator, so a picture of a batch equals the single one.
 * Each draw: [pictures, c, h, w], float32, unit variance.
 */
export function createImageNoise(options: ImageNoiseOptions): ImageNoise {
  const { source, shape, seeds, etaNoiseSeedDelta = 0 } = options;
  let generators = seeds.map((seed) => createNormalGenerator(source, seed));
  let isFirst = true;
  const next = () => {
    if (!isFirst) return stack(generators.map((generator) => generator.randn(shape)));
    isFirst = false;
    const first = stack(generators.map((generator, i) => startNoise(options, i, generator)));
    if (etaNoiseSeedDelta !== 0) {
      generators = seeds.map((seed) => createNormalGenerator(source, seed + etaNoiseSeedDelta));
    }
    return first;
  };
  return {
    next,
    withBrownian: (range) => ({ next, between: createBrownianNoise(source, shape, seeds, range) }),
  };
}

function startNoise(options: ImageNoiseOptions, index: number, generator: NormalGenerator): Tensor {
  const { source, shape, seeds, subseeds, subseedStrength = 0 } = options;
  const sourceShape = resizedShape(options);
  const isResized = sourceShape.some((side, i) => side !== shape[i]);
  const own = isResized ? createNormalGenerator(source, seeds[index]!) : generator;
  let noise = own.randn(sourceShape);
  if (subseeds && subseedStrength !== 0) {
    const variation = createNormalGenerator(source, subseeds[index] ?? 0).randn(sourceShape);
    noise = slerp(subseedStrength, noise, variation);
  }
  return isResized ? pasteCentred(noise, generator.randn(shape)) : noise;
}

function resizedShape(options: ImageNoiseOptions): readonly [number, number, number] {
  const { shape, seedResizeFromHeight: height = 0, seedResizeFromWidth: width = 0 } = options;
  return height <= 0 || width <= 0 ? shape : [shape[0], Math.floor(height / 8), Math.floor(width / 8)];
}

/** `patch` laid over the middle of `ground`, or its middle over the whole where it is larger. [c, h, w] both. */
function pasteCentred(patch: Tensor, ground: Tensor): Tensor {
  const [channels, groundHeight, groundWidth] = ground.shape as [number, number, number];
  const [, patchHeight, patchWidth] = patch.shape as [number, number, number];
  const vertical = centredOverlap(patchHeight, groundHeight);
  const horizontal = centredOverlap(patchWidth, groundWidth);
  const data = ground.data.slice();
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < vertical.size; y++) {
      const from = (c * patchHeight + vertical.from + y) * patchWidth + horizontal.from;
      const to = (c * groundHeight + vertical.to + y) * groundWidth + horizontal.to;
      data.set(patch.data.subarray(from, from + horizontal.size), to);
    }
  }
  return { data, shape: ground.shape };
}

/** An odd difference rounds towards the start, as Python's floor division does. */
function centredOverlap(patch: number, ground: number): { from: number; to: number; size: number } {
  const offset = Math.floor((ground - patch) / 2);
  return offset >= 0
    ? { from: 0, to: offset, size: patch }
    : { from: -offset, to: 0, size: patch + 2 * offset };
}

function stack(items: readonly Tensor[]): Tensor {
  const shape = [items.length, ...(items[0]?.shape ?? [])];
  const data = new Float32Array(elementCount(shape));
  items.forEach((item, i) => {
    data.set(item.data, i * item.data.length);
  });
  return { data, shape };
}
