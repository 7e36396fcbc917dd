import { elementCount, type Tensor } from '../../tensor.ts';
import { createNormalGenerator, type RandnSource } from './normal-generator.ts';
import { seedSequence } from './seed-sequence.ts';

/** torchsde's `BrownianTree` defaults: times are rounded to 1e-6, the entropy pool has 24 words. */
const DIGITS = 6;
const POOL_SIZE = 24;
/** Nodes whose increments are kept: the paths to two points, about 24 nodes and as many siblings each. */
const CACHED_NODES = 128;

/** A piece of the time span. Split in halves until a wanted point is reached. */
interface Interval {
  start: number;
  end: number;
  parent: Interval | undefined;
  /** Set once the interval is split. */
  halves?: { middle: number; left: Interval; right: Interval; noiseSeed: number };
  /** Path from the root as bits, and its length. */
  key: number;
  depth: number;
}

/** One Brownian path over [start, end], the same at every point for the same seed whatever was asked before. */
export interface BrownianTree {
  /** W(to) - W(from), from < to, float32 values of the shape. Times outside the span are clamped. */
  increment(from: number, to: number): Float32Array;
}

/**
 * torchsde's virtual Brownian tree: each half's increment is drawn from the Brownian bridge of the whole, with a seed
 * that numpy's SeedSequence derives from the node's place. Li et al. 2020, "Scalable Gradients for SDEs".
 */
export function createBrownianTree(
  source: RandnSource,
  shape: readonly number[],
  seed: number | bigint,
  span: { start: number; end: number },
): BrownianTree {
  const size = elementCount(shape);
  const normals = (nodeSeed: number) => createNormalGenerator(source, nodeSeed).randn(shape).data;
  const root: Interval = {
    start: round(span.start),
    end: round(span.end),
    parent: undefined,
    key: 0,
    depth: 0,
  };
  const rootSeed = seedSequence(seed, 1, { poolSize: POOL_SIZE })[0]!;
  const rootIncrement = normals(rootSeed).map((value) => value * Math.sqrt(span.end - span.start));
  const cache = createNodeCache();

  const split = (node: Interval, point: number): void => {
    const middle = round(0.5 * (node.end + node.start));
    const { key, depth, start, end } = node;
    const noiseSeed = seedSequence(seed, 1, { spawnKey: [key, depth], poolSize: POOL_SIZE })[0]!;
    const child = { parent: node, depth: depth + 1 };
    node.halves = {
      middle,
      left: { ...child, start, end: middle, key: 2 * key },
      right: { ...child, start: middle, end, key: 2 * key + 1 },
      noiseSeed,
    };
    if (point > middle) split(node.halves.right, point);
    else if (point < middle) split(node.halves.left, point);
  };

  /** The nodes that together are [from, to], in order. */
  const cover = (node: Interval, from: number, to: number): Interval[] => {
    if (from === node.start && to === node.end) return [node];
    if (!node.halves) split(node, from === node.start ? to : from);
    const { middle, left, right } = node.halves!;
    if (to <= middle) return cover(left, from, to);
    if (from >= middle) return cover(right, from, to);
    return [...cover(left, from, middle), ...cover(right, middle, to)];
  };

  const incrementOf = (node: Interval): Float32Array => {
    const { parent } = node;
    if (parent === undefined) return rootIncrement;
    const known = cache.get(node);
    if (known) return known;
    // A query mostly needs the other half too, and both come from the same noise.
    const { left, right, middle, noiseSeed } = parent.halves!;
    const whole = incrementOf(parent);
    const [leftPart, rightPart] = bridge(whole, parent, middle, normals(noiseSeed));
    cache.set(left, leftPart);
    cache.set(right, rightPart);
    return node === left ? leftPart : rightPart;
  };

  return {
    increment(from, to) {
      const clamp = (time: number) => round(Math.min(Math.max(time, root.start), root.end));
      const [start, end] = [clamp(from), clamp(to)];
      const sum = new Float32Array(size);
      if (start === end) return sum;
      for (const node of cover(root, start, end)) {
        const part = incrementOf(node);
        for (let i = 0; i < size; i++) sum[i]! += part[i]!;
      }
      return sum;
    },
  };
}

/** The increments of both halves, given that of the whole: mean by share of the time, and the bridge's deviation. */
function bridge(
  whole: Float32Array,
  { start, end }: Interval,
  middle: number,
  noise: Float32Array,
): [Float32Array, Float32Array] {
  const share = (middle - start) / (end - start);
  const deviation = Math.sqrt(((middle - start) * (end - middle)) / (end - start));
  const left = new Float32Array(whole.length);
  const right = new Float32Array(whole.length);
  for (let i = 0; i < whole.length; i++) {
    left[i] = share * whole[i]! + deviation * noise[i]!;
    right[i] = whole[i]! - left[i]!;
  }
  return [left, right];
}

/**
 * k-diffusion's `BrownianTreeNoiseSampler` with a tree of its own for each picture. `between(a, b)`: the path's
 * increment from sigma a to b in units of its standard deviation, [pictures, ...shape].
 */
export function createBrownianNoise(
  source: RandnSource,
  shape: readonly number[],
  seeds: readonly number[],
  range: { sigmaMin: number; sigmaMax: number },
): (sigma: number, sigmaNext: number) => Tensor {
  const span = { start: range.sigmaMin, end: range.sigmaMax };
  const trees = seeds.map((seed) => createBrownianTree(source, shape, seed, span));
  return (sigma, sigmaNext) => {
    const scale = Math.sign(sigmaNext - sigma) / Math.sqrt(Math.abs(sigmaNext - sigma));
    const data = new Float32Array(seeds.length * elementCount(shape));
    trees.forEach((tree, i) => {
      const increment = tree.increment(Math.min(sigma, sigmaNext), Math.max(sigma, sigmaNext));
      data.set(
        increment.map((value) => value * scale),
        i * increment.length,
      );
    });
    return { data, shape: [seeds.length, ...shape] };
  };
}

/** To six decimals from the exact value, as Python's `round`. */
function round(time: number): number {
  return Number(time.toFixed(DIGITS));
}

/** The increments of the nodes used last. */
function createNodeCache() {
  const entries = new Map<Interval, Float32Array>();
  const set = (node: Interval, value: Float32Array) => {
    entries.delete(node);
    entries.set(node, value);
    const oldest = entries.keys().next();
    if (entries.size > CACHED_NODES && !oldest.done) entries.delete(oldest.value);
  };
  return {
    set,
    get(node: Interval): Float32Array | undefined {
      const value = entries.get(node);
      if (value) set(node, value);
      return value;
    },
  };
}
