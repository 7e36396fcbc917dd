/** One add-on layer applied to a checkpoint's layer. */
import { elementCount, type Tensor } from '#core/tensor.ts';
import { LORA_ALGEBRAS } from './algebras.ts';
import { decomposedDelta, fitsMagnitudes } from './dora.ts';
import type { LoraAlgebra, LoraParamShapes, LoraParams } from './types.ts';

export interface LayerWeights {
  weight: Tensor;
  /** null where the layer has none; an add-on may bring one. */
  bias: Tensor | null;
}

export interface ApplyOptions {
  /** The add-on's strength for the part of the model that the layer is in. */
  strength: number;
  /** How many ranks of a plain LoRA to use; null: all. */
  dynDim?: number | null;
}

/** The kind of add-on that a layer's parameter names say; undefined where none is known. */
export function algebraOf(names: ReadonlySet<string>): LoraAlgebra | undefined {
  return LORA_ALGEBRAS.find((algebra) => algebra.accepts(names));
}

/** Why parameters of these shapes cannot change a weight of this shape; null where they can. */
export function misfit(
  algebra: LoraAlgebra,
  shapes: LoraParamShapes,
  weight: readonly number[],
): string | null {
  const delta = algebra.deltaShape(shapes, weight);
  if (delta === null) return `its parameters do not fit each other or the layer's [${weight}]`;
  const fits = elementCount(delta) === elementCount(weight) && delta[0] === weight[0];
  if (!fits && !isNarrower(delta, weight))
    return `it changes a layer of [${delta}], but the model's is [${weight}]`;
  const magnitudes = shapes.get('dora_scale') ?? shapes.get('lora_magnitude_vector');
  if (magnitudes !== undefined && !fitsMagnitudes(magnitudes, weight)) {
    return `its ${elementCount(magnitudes)} magnitudes fit neither side of [${weight}]`;
  }
  return null;
}

/**
 * New weights of a layer; the given ones are left as they are. Arithmetic is float32. The caller has checked `misfit`.
 * delta = scale · (algebra's change), scale = `scale` or alpha / rank or 1; weight + strength · delta.
 */
export function applyLora(
  algebra: LoraAlgebra,
  params: LoraParams,
  layer: LayerWeights,
  { strength, dynDim = null }: ApplyOptions,
): LayerWeights {
  const { weight } = layer;
  const change = widenInput(algebra.delta(params, weight, { dynDim }), weight.shape);
  addSparseBias(change, params);
  const scale = scaleOf(algebra, params, weight.shape);
  const delta = scale === 1 ? change : change.map((value) => value * scale);
  const decomposed = decomposedDelta(params, weight, delta, strength);
  const data = weight.data.map((value, i) => value + (decomposed ? decomposed[i]! : delta[i]! * strength));
  return { weight: { data, shape: weight.shape }, bias: newBias(algebra, params, layer, strength) };
}

/** `scale` of the file, or alpha / rank, or 1. */
export function scaleOf(algebra: LoraAlgebra, params: LoraParams, weight: readonly number[]): number {
  const scale = params.get('scale')?.data[0];
  if (scale !== undefined) return scale;
  const alpha = params.get('alpha')?.data[0];
  const rank = algebra.rank(new Map([...params].map(([name, tensor]) => [name, tensor.shape])), weight);
  return alpha === undefined || rank === null ? 1 : alpha / rank;
}

function newBias(
  algebra: LoraAlgebra,
  params: LoraParams,
  { weight, bias }: LayerWeights,
  strength: number,
): Tensor | null {
  const change = algebra.biasDelta?.(params);
  if (change === undefined) return bias;
  const data = change.data.map((value, i) => (bias?.data[i] ?? 0) + value * strength);
  return { data, shape: bias?.shape ?? [weight.shape[0]!] };
}

/** The first convolution of an inpainting model takes more channels than that of the model an add-on was made for. */
function isNarrower(delta: readonly number[], weight: readonly number[]): boolean {
  return (
    delta.length === 4 &&
    weight.length === 4 &&
    delta.every((side, d) => (d === 1 ? side < weight[d]! : side === weight[d])) &&
    weight[1]! <= 9
  );
}

/** The change in the weight's shape: channels that the add-on does not know stay as they are. */
function widenInput(change: Tensor, shape: readonly number[]): Float32Array {
  if (change.data.length === elementCount(shape)) return change.data.slice();
  const from = elementCount(change.shape.slice(1));
  const to = elementCount(shape.slice(1));
  const out = new Float32Array(elementCount(shape));
  for (let o = 0; o < shape[0]!; o++) out.set(change.data.subarray(o * from, (o + 1) * from), o * to);
  return out;
}

/** What extraction tools leave beside a low-rank change: single elements, [dimensions, n] indices of them. */
function addSparseBias(change: Float32Array, params: LoraParams): void {
  const indices = params.get('bias_indices');
  const values = params.get('bias_values');
  const size = params.get('bias_size');
  if (!indices || !values || !size) return;
  const count = values.data.length;
  for (let n = 0; n < count; n++) {
    const element = size.data.reduce((index, side, d) => index * side + indices.data[d * count + n]!, 0);
    if (element < change.length) change[element]! += values.data[n]!;
  }
}
