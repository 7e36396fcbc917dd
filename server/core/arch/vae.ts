/** The KL autoencoder (Rombach et al. 2022) in the key names of ldm's `AutoencoderKL`. */
import { createGraphBuilder, type Scope, type WeightSource } from '#core/graph/builder.ts';
import type { Graph } from '#core/graph/types.ts';
import {
  add,
  attention,
  conv,
  type Features,
  groupNorm,
  linear,
  numbered,
  silu,
  toSequence,
  upsample,
} from './layers.ts';

export interface VaeOptions {
  /** Path of the module that holds `encoder` and `decoder`. */
  prefix: string;
}

const EPSILON = 1e-6;
/** ldm pads right and bottom only before it halves. */
const DOWNSAMPLE_PADS = [0, 0, 1, 1] as const;

export interface VaeShape {
  latentChannels: number;
  /** Picture pixels per latent pixel. */
  downscale: number;
  /** Channels of the feature maps at the picture's own size. */
  channels: number;
}

export function vaeShape(weights: WeightSource, options: VaeOptions): VaeShape {
  const scope = createGraphBuilder('vae', weights).root.in(options.prefix);
  const [, latentChannels = 0] = scope.shapeOf(
    scope.has('post_quant_conv.weight') ? 'post_quant_conv.weight' : 'decoder.conv_in.weight',
  );
  const levels = levelsOf(scope.in('decoder'), 'up');
  const doublings = levels.filter((level) => level.has('upsample.conv.weight')).length;
  const [, channels = 0] = scope.shapeOf('decoder.conv_out.weight');
  return { latentChannels, downscale: 2 ** doublings, channels };
}

/** Input `latent` [1, latentChannels, h, w], unscaled. Output `picture` [1, 3, h·downscale, w·downscale], about -1..1. */
export function buildVaeDecoder(weights: WeightSource, options: VaeOptions): Graph {
  const builder = createGraphBuilder('vae decoder', weights);
  const root = builder.root.in(options.prefix);
  const { latentChannels } = vaeShape(weights, options);
  let x: Features = {
    value: builder.input('latent', 'float32', [1, latentChannels, 'height', 'width']),
    channels: latentChannels,
  };
  if (root.has('post_quant_conv.weight')) x = conv(root.in('post_quant_conv'), x);

  const scope = root.in('decoder');
  x = middle(scope.in('mid'), conv(scope.in('conv_in'), x));
  for (const level of levelsOf(scope, 'up').reverse()) {
    x = blocks(level, x);
    if (level.has('upsample.conv.weight')) x = conv(level.in('upsample.conv'), upsample(level, x));
  }
  x = head(scope, x);
  builder.output(renamed(scope, x, 'picture'), 'float32', [1, x.channels, 'picture_height', 'picture_width']);
  return builder.finish();
}

/**
 * Input `picture` [1, 3, h, w] in -1..1. Output `moments` [1, 2·latentChannels, h/downscale, w/downscale]: mean, then
 * logarithm of the variance.
 */
export function buildVaeEncoder(weights: WeightSource, options: VaeOptions): Graph {
  const builder = createGraphBuilder('vae encoder', weights);
  const root = builder.root.in(options.prefix);
  const scope = root.in('encoder');
  const [, pictureChannels = 0] = scope.shapeOf('conv_in.weight');
  let x: Features = {
    value: builder.input('picture', 'float32', [1, pictureChannels, 'picture_height', 'picture_width']),
    channels: pictureChannels,
  };
  x = conv(scope.in('conv_in'), x);
  for (const level of levelsOf(scope, 'down')) {
    x = blocks(level, x);
    if (level.has('downsample.conv.weight')) {
      x = conv(level.in('downsample.conv'), x, { stride: 2, pads: DOWNSAMPLE_PADS });
    }
  }
  x = head(scope, middle(scope.in('mid'), x));
  if (root.has('quant_conv.weight')) x = conv(root.in('quant_conv'), x);
  builder.output(renamed(scope, x, 'moments'), 'float32', [1, x.channels, 'height', 'width']);
  return builder.finish();
}

function levelsOf(scope: Scope, name: 'up' | 'down'): Scope[] {
  return numbered(scope, name, 'block.0.norm1.weight');
}

function middle(scope: Scope, x: Features): Features {
  const first = resnet(scope.in('block_1'), x);
  return resnet(scope.in('block_2'), selfAttention(scope.in('attn_1'), first));
}

/** The resnets of a level, each followed by attention where the checkpoint has it. */
function blocks(level: Scope, x: Features): Features {
  return numbered(level, 'block', 'norm1.weight').reduce((current, block, index) => {
    const next = resnet(block, current);
    return level.has(`attn.${index}.norm.weight`) ? selfAttention(level.in(`attn.${index}`), next) : next;
  }, x);
}

function resnet(scope: Scope, x: Features): Features {
  const first = normConv(scope, 'norm1', 'conv1', x);
  const second = normConv(scope, 'norm2', 'conv2', first);
  return add(scope, scope.has('nin_shortcut.weight') ? conv(scope.in('nin_shortcut'), x) : x, second);
}

function head(scope: Scope, x: Features): Features {
  return normConv(scope, 'norm_out', 'conv_out', x);
}

function normConv(scope: Scope, norm: string, convolution: string, x: Features): Features {
  return conv(scope.in(convolution), silu(scope, groupNorm(scope.in(norm), x, EPSILON)));
}

/** Single-head attention over all pixels. */
function selfAttention(scope: Scope, x: Features): Features {
  const { sequence, back } = toSequence(scope, groupNorm(scope.in('norm'), x, EPSILON));
  const [q, k, v] = ['q', 'k', 'v'].map((name) => linear(scope.in(name), sequence)) as [
    Features,
    Features,
    Features,
  ];
  const attended = attention(scope, q, k, v, { heads: 1 });
  return add(scope, x, back(linear(scope.in('proj_out'), attended)));
}

/** Gives the last value of a graph the name of its output. */
function renamed(scope: Scope, x: Features, name: string): string {
  return scope.op('Identity', [x.value], {}, { outputs: [name] });
}
