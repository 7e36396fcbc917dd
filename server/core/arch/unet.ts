/**
 * The denoising UNet (Ho et al. 2020; Rombach et al. 2022) in the key names of ldm's `UNetModel`. Blocks are read off
 * the checkpoint key by key, so pruned and custom layouts build as they are.
 */
import { createGraphBuilder, type Scope, type WeightSource } from '#core/graph/builder.ts';
import { type Graph, GraphError } from '#core/graph/types.ts';
import {
  add,
  attention,
  conv,
  type Features,
  gelu,
  groupNorm,
  layerNorm,
  linear,
  resizeLike,
  silu,
  toSequence,
  upsample,
} from './layers.ts';

export interface UnetOptions {
  /** Path of the module that holds `input_blocks`. */
  prefix: string;
  /** Attention heads of every transformer; not written in a checkpoint. */
  heads: number;
}

/** Changes to the graph that a call may need. A variant is part of a session's key. */
export interface UnetVariant {
  /** Fit what comes up to the size of the skip it is joined with: needed where a side cannot be halved evenly. */
  resizeToSkip: boolean;
}

const RESNET_EPSILON = 1e-5;
const TRANSFORMER_EPSILON = 1e-6;
/** Longest period of the sinusoidal timestep embedding. */
const MAX_PERIOD = 10_000;

export interface UnetShape {
  inputChannels: number;
  outputChannels: number;
  contextWidth: number;
  /** Channels of the feature maps at the latent's own size. */
  channels: number;
  /** Length of `timestepFeatures`. */
  timeWidth: number;
  /** Latent sides that are multiples of this pass all levels without a remainder. */
  sideMultiple: number;
}

/**
 * Sinusoidal embedding of a timestep (Vaswani et al. 2017), cosines first. Made here and not in the graph, as GPUs
 * are free to be wrong about the cosine of a large angle.
 */
export function timestepFeatures(timestep: number, width: number): Float32Array {
  const half = width / 2;
  const features = new Float32Array(width);
  for (let index = 0; index < half; index += 1) {
    const angle = timestep * Math.exp((-Math.log(MAX_PERIOD) * index) / half);
    features[index] = Math.cos(angle);
    features[half + index] = Math.sin(angle);
  }
  return features;
}

export function unetShape(weights: WeightSource, options: UnetOptions): UnetShape {
  const scope = createGraphBuilder('unet', weights).root.in(options.prefix);
  const [channels = 0, inputChannels = 0] = scope.shapeOf('input_blocks.0.0.weight');
  const [outputChannels = 0] = scope.shapeOf('out.2.weight');
  const inputs = blocksOf(scope, 'input_blocks');
  const halvings = inputs.filter((block) => block.has('0.op.weight')).length;
  const key = 'transformer_blocks.0.attn2.to_k.weight';
  const attending = [...inputs.map((block) => block.in('1')), scope.in('middle_block.1')].find((at) =>
    at.has(key),
  );
  if (attending === undefined) throw new GraphError(`${options.prefix} has no cross-attention`);
  const [, contextWidth = 0] = attending.shapeOf(key);
  const [, timeWidth = 0] = scope.shapeOf('time_embed.0.weight');
  return { inputChannels, outputChannels, contextWidth, channels, timeWidth, sideMultiple: 2 ** halvings };
}

/** What all blocks see beside their feature map. */
interface Conditions {
  /** silu(time embedding), [1, width]. */
  time: Features;
  /** [tokens, contextWidth] */
  context: Features;
  heads: number;
}

/**
 * Inputs: `sample` [1, inputChannels, h, w], `time` [1, timeWidth] (see timestepFeatures), `context` [tokens,
 * contextWidth].
 * Output: `prediction` [1, outputChannels, h, w].
 */
export function buildUnet(weights: WeightSource, options: UnetOptions, variant: UnetVariant): Graph {
  const shape = unetShape(weights, options);
  const builder = createGraphBuilder('unet', weights);
  const scope = builder.root.in(options.prefix);
  const sample = builder.input('sample', 'float32', [1, shape.inputChannels, 'height', 'width']);
  const time = builder.input('time', 'float32', [1, shape.timeWidth]);
  const context = builder.input('context', 'float32', ['tokens', shape.contextWidth]);

  const conditions: Conditions = {
    time: timeEmbedding(scope.in('time_embed'), { value: time, channels: shape.timeWidth }),
    context: { value: context, channels: shape.contextWidth },
    heads: options.heads,
  };
  let x: Features = { value: sample, channels: shape.inputChannels };
  const skips: Features[] = [];
  for (const inputBlock of blocksOf(scope, 'input_blocks')) {
    x = block(inputBlock, x, conditions);
    skips.push(x);
  }
  x = block(scope.in('middle_block'), x, conditions);
  for (const outputBlock of blocksOf(scope, 'output_blocks')) {
    const skip = skips.pop();
    if (skip === undefined) throw new GraphError(`${outputBlock.path} has no input block to join`);
    x = block(outputBlock, join(outputBlock, x, skip, variant), conditions);
  }
  x = conv(scope.in('out.2'), silu(scope, groupNorm(scope.in('out.0'), x, RESNET_EPSILON)));
  const prediction = scope.op('Identity', [x.value], {}, { outputs: ['prediction'] });
  builder.output(prediction, 'float32', [1, x.channels, 'height', 'width']);
  return builder.finish();
}

function blocksOf(scope: Scope, name: 'input_blocks' | 'output_blocks'): Scope[] {
  const found: Scope[] = [];
  for (let index = 0; partsOf(scope.in(`${name}.${index}`)).length > 0; index += 1) {
    found.push(scope.in(`${name}.${index}`));
  }
  return found;
}

/** The kinds of part that a block is made of, and the key by which each is known. */
const PARTS: readonly {
  probe: string;
  emit: (scope: Scope, x: Features, conditions: Conditions) => Features;
}[] = [
  { probe: 'in_layers.0.weight', emit: resnet },
  { probe: 'transformer_blocks.0.norm1.weight', emit: spatialTransformer },
  { probe: 'op.weight', emit: (scope, x) => conv(scope.in('op'), x, { stride: 2 }) },
  { probe: 'conv.weight', emit: (scope, x) => conv(scope.in('conv'), upsample(scope, x)) },
  { probe: 'weight', emit: (scope, x) => conv(scope, x) },
];

function partsOf(scope: Scope): { scope: Scope; emit: (typeof PARTS)[number]['emit'] }[] {
  const found: ReturnType<typeof partsOf> = [];
  for (let index = 0; ; index += 1) {
    const part = scope.in(String(index));
    const kind = PARTS.find(({ probe }) => part.has(probe));
    if (kind === undefined) return found;
    found.push({ scope: part, emit: kind.emit });
  }
}

function block(scope: Scope, x: Features, conditions: Conditions): Features {
  return partsOf(scope).reduce((current, part) => part.emit(part.scope, current, conditions), x);
}

function join(scope: Scope, x: Features, skip: Features, variant: UnetVariant): Features {
  const fitted = variant.resizeToSkip ? resizeLike(scope, x, skip) : x;
  const value = scope.op('Concat', [fitted.value, skip.value], { axis: 1 });
  return { value, channels: x.channels + skip.channels };
}

/** silu of the embedded timestep: every use of it in the network is behind that activation. */
function timeEmbedding(scope: Scope, features: Features): Features {
  const hidden = silu(scope, linear(scope.in('0'), features));
  return silu(scope, linear(scope.in('2'), hidden));
}

function resnet(scope: Scope, x: Features, { time }: Conditions): Features {
  const first = conv(
    scope.in('in_layers.2'),
    silu(scope, groupNorm(scope.in('in_layers.0'), x, RESNET_EPSILON)),
  );
  const shift = linear(scope.in('emb_layers.1'), time);
  const perChannel = scope.op('Reshape', [shift.value, scope.int64([1, shift.channels, 1, 1])]);
  const shifted = add(scope, first, { value: perChannel, channels: shift.channels });
  const active = silu(scope, groupNorm(scope.in('out_layers.0'), shifted, RESNET_EPSILON));
  const second = conv(scope.in('out_layers.3'), active);
  return add(scope, scope.has('skip_connection.weight') ? conv(scope.in('skip_connection'), x) : x, second);
}

/** Pixels attend to each other and to the context. `proj_in` and `proj_out` are 1×1 convolutions or matrices. */
function spatialTransformer(scope: Scope, x: Features, conditions: Conditions): Features {
  const { sequence, back } = toSequence(scope, groupNorm(scope.in('norm'), x, TRANSFORMER_EPSILON));
  let y = linear(scope.in('proj_in'), sequence);
  for (let index = 0; scope.has(`transformer_blocks.${index}.norm1.weight`); index += 1) {
    y = transformerBlock(scope.in(`transformer_blocks.${index}`), y, conditions);
  }
  return add(scope, back(linear(scope.in('proj_out'), y)), x);
}

function transformerBlock(scope: Scope, x: Features, { context, heads }: Conditions): Features {
  const normal = layerNorm(scope.in('norm1'), x);
  const seen = add(scope, crossAttention(scope.in('attn1'), normal, normal, heads), x);
  const queried = layerNorm(scope.in('norm2'), seen);
  const told = add(scope, crossAttention(scope.in('attn2'), queried, context, heads), seen);
  return add(scope, feedForward(scope.in('ff.net'), layerNorm(scope.in('norm3'), told)), told);
}

function crossAttention(scope: Scope, x: Features, context: Features, heads: number): Features {
  const q = linear(scope.in('to_q'), x);
  const k = linear(scope.in('to_k'), context);
  const v = linear(scope.in('to_v'), context);
  return linear(scope.in('to_out.0'), attention(scope, q, k, v, { heads }));
}

/** GEGLU (Shazeer 2020): one half gated by the GELU of the other. */
function feedForward(scope: Scope, x: Features): Features {
  const wide = linear(scope.in('0.proj'), x);
  const half = wide.channels / 2;
  const [value, gate] = scope.split('Split', [wide.value, scope.int64([half, half])], 2, { axis: 1 }) as [
    string,
    string,
  ];
  const open = gelu(scope, { value: gate, channels: half });
  return linear(scope.in('2'), { value: scope.op('Mul', [value, open.value]), channels: half });
}
