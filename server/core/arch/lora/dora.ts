/**
 * DoRA (Liu et al. 2024, https://arxiv.org/abs/2402.09353): the changed weight keeps its direction and takes its
 * magnitudes from the file.
 *
 * Two conventions share the name `dora_scale`. One magnitude per input channel, [1, in, …]: as AUTOMATIC1111's web UI
 * has it, which fades between the weights by the strength; LyCORIS agrees at strength 1. One per output channel, [out, 1,
 * …]: LyCORIS' and PEFT's; the web UI takes input norms here too, which gives no sensible weight, so LyCORIS' way
 * holds, where strength acts on the magnitudes.
 */
import type { Tensor } from '#core/tensor.ts';
import { kernelElements } from './matrix.ts';
import type { LoraParams } from './types.ts';

/** What float32 LyCORIS adds to norms. */
const EPSILON = 2 ** -23;

interface Magnitudes {
  values: Float32Array;
  per: 'input' | 'output';
}

/**
 * The change of the weight at `strength`; null where the layer has no magnitudes.
 * `delta` is the scaled change without decomposition, at strength 1.
 */
export function decomposedDelta(
  params: LoraParams,
  weight: Tensor,
  delta: Float32Array,
  strength: number,
): Float32Array | null {
  const magnitudes = magnitudesOf(params, weight);
  if (magnitudes === null) return null;
  const merged = weight.data.map((value, i) => value + delta[i]!);
  const { values, per } = magnitudes;
  const channelOf = channelIndex(weight.shape, per);
  const norms = channelNorms(merged, values.length, channelOf);
  return merged.map((value, i) => {
    const channel = channelOf(i);
    if (per === 'input') return strength * (value * (values[channel]! / norms[channel]!) - weight.data[i]!);
    const factor = values[channel]! / (norms[channel]! + EPSILON);
    return value * (strength * (factor - 1) + 1) - weight.data[i]!;
  });
}

function magnitudesOf(params: LoraParams, weight: Tensor): Magnitudes | null {
  const peft = params.get('lora_magnitude_vector');
  if (peft !== undefined) return { values: peft.data, per: 'output' };
  const scale = params.get('dora_scale');
  if (scale === undefined) return null;
  const isPerOutput = scale.shape[0] === weight.shape[0] && scale.data.length === weight.shape[0];
  return { values: scale.data, per: isPerOutput ? 'output' : 'input' };
}

/** Whether magnitudes of this shape fit a weight. */
export function fitsMagnitudes(shape: readonly number[], weight: readonly number[]): boolean {
  const count = shape.reduce((product, side) => product * side, 1);
  return count === weight[0] || count === weight[1];
}

function channelIndex(shape: readonly number[], per: 'input' | 'output'): (element: number) => number {
  const kernel = kernelElements(shape);
  const ins = shape[1] ?? 1;
  if (per === 'input') return (element) => Math.floor(element / kernel) % ins;
  return (element) => Math.floor(element / (kernel * ins));
}

function channelNorms(
  values: Float32Array,
  channels: number,
  channelOf: (element: number) => number,
): Float64Array {
  const squares = new Float64Array(channels);
  for (let i = 0; i < values.length; i++) squares[channelOf(i)]! += values[i]! * values[i]!;
  return squares.map(Math.sqrt);
}
