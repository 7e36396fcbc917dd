/**
 * Layers that the builders share. A feature map is [1, channels, height, width]; a sequence is [length, width]. The
 * batch is always 1: two runs of one picture cost what one run of two costs, and a picture never depends on its
 * neighbours in a batch.
 */
import type { Scope } from '#core/graph/builder.ts';
import { GraphError } from '#core/graph/types.ts';

/** A value and its channels (feature map) or width (sequence). */
export interface Features {
  readonly value: string;
  readonly channels: number;
}

/** Groups of every group norm in the Stable Diffusion families. */
const NORM_GROUPS = 32;
const LAYER_NORM_EPSILON = 1e-5;

export interface ConvOptions {
  stride?: number;
  /** Top, left, bottom, right. Default: what keeps the size. */
  pads?: readonly [number, number, number, number];
}

/** Conv2d with bias. Kernel size and output channels come from the weight; 2-D weights are taken as 1×1 kernels. */
export function conv(scope: Scope, x: Features, options: ConvOptions = {}): Features {
  const stored = scope.shapeOf('weight');
  const [outChannels = 0, inChannels = 0, kernel = 1] = stored;
  expectWidth(scope, inChannels, x.channels);
  const margin = (kernel - 1) / 2;
  const stride = options.stride ?? 1;
  const value = scope.op(
    'Conv',
    [x.value, scope.weight('weight', [outChannels, inChannels, kernel, kernel]), scope.weight('bias')],
    {
      kernel_shape: [kernel, kernel],
      pads: options.pads ?? [margin, margin, margin, margin],
      strides: [stride, stride],
    },
    { name: scope.path },
  );
  return { value, channels: outChannels };
}

/** y = x·Wᵀ + b on a sequence; the bias is left out where the checkpoint has none. 1×1 kernels are taken as matrices. */
export function linear(scope: Scope, x: Features): Features {
  const [outWidth = 0, inWidth = 0] = scope.shapeOf('weight');
  expectWidth(scope, inWidth, x.channels);
  const inputs = [x.value, scope.weight('weight', [outWidth, inWidth])];
  if (scope.has('bias')) inputs.push(scope.weight('bias'));
  return { value: scope.op('Gemm', inputs, { transB: 1 }, { name: scope.path }), channels: outWidth };
}

export function groupNorm(scope: Scope, x: Features, epsilon: number): Features {
  const [channels = 0] = scope.shapeOf('weight');
  expectWidth(scope, channels, x.channels);
  if (channels % NORM_GROUPS !== 0) {
    throw new GraphError(`${scope.path} has ${channels} channels, not a multiple of ${NORM_GROUPS}`);
  }
  const attributes = { groups: NORM_GROUPS, channels, epsilon };
  const inputs = [x.value, scope.weight('weight'), scope.weight('bias')];
  return { value: scope.op('tapestry.GroupNorm', inputs, attributes, { name: scope.path }), channels };
}

export function layerNorm(scope: Scope, x: Features): Features {
  const [width = 0] = scope.shapeOf('weight');
  expectWidth(scope, width, x.channels);
  const inputs = [x.value, scope.weight('weight'), scope.weight('bias')];
  const attributes = { axis: -1, epsilon: LAYER_NORM_EPSILON };
  return { value: scope.op('LayerNormalization', inputs, attributes, { name: scope.path }), channels: width };
}

export function silu(scope: Scope, x: Features): Features {
  return { ...x, value: scope.op('tapestry.SigmoidUnit', [x.value], { alpha: 1 }) };
}

/** CLIP's approximation of GELU. */
export function quickGelu(scope: Scope, x: Features): Features {
  return { ...x, value: scope.op('tapestry.SigmoidUnit', [x.value], { alpha: 1.702 }) };
}

/** Exact GELU (with erf). */
export function gelu(scope: Scope, x: Features): Features {
  return { ...x, value: scope.op('com.microsoft.Gelu', [x.value]) };
}

export function add(scope: Scope, a: Features, b: Features): Features {
  return { ...a, value: scope.op('Add', [a.value, b.value]) };
}

/** Nearest-neighbour upsampling to twice the size. */
export function upsample(scope: Scope, x: Features): Features {
  return { ...x, value: scope.op('Resize', [x.value, '', scope.float32([1, 1, 2, 2])], NEAREST) };
}

/** torch's `interpolate(x, size_of(like), mode="nearest")`. */
export function resizeLike(scope: Scope, x: Features, like: Features): Features {
  const sides = scope.op('Shape', [like.value], { start: 2, end: 4 });
  const size = scope.op('Concat', [scope.int64([1, x.channels]), sides], { axis: 0 });
  return { ...x, value: scope.op('Resize', [x.value, '', '', size], NEAREST) };
}

const NEAREST = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };

export interface AttentionOptions {
  heads: number;
  /** Sequence length of a causal mask; without it every row sees every other. */
  causal?: number;
}

/** Attention of already projected sequences. */
export function attention(
  scope: Scope,
  q: Features,
  k: Features,
  v: Features,
  options: AttentionOptions,
): Features {
  if (q.channels % options.heads !== 0 || k.channels !== q.channels || v.channels !== q.channels) {
    throw new GraphError(
      `${scope.path} cannot attend with widths ${q.channels}, ${k.channels}, ${v.channels} and ${options.heads} heads`,
    );
  }
  const value = scope.op('tapestry.Attention', [q.value, k.value, v.value], {
    heads: options.heads,
    width: q.channels,
    causal: options.causal ?? 0,
  });
  return { value, channels: q.channels };
}

/** A feature map as a sequence of its pixels, [height·width, channels], and the way back. */
export function toSequence(
  scope: Scope,
  x: Features,
): { sequence: Features; back: (y: Features) => Features } {
  const channelsLast = scope.op('Transpose', [x.value], { perm: [0, 2, 3, 1] });
  const shape = scope.op('Shape', [channelsLast]);
  const value = scope.op('Reshape', [channelsLast, scope.int64([-1, x.channels])]);
  const back = (y: Features): Features => {
    const restored = scope.op('Reshape', [y.value, shape]);
    return { value: scope.op('Transpose', [restored], { perm: [0, 3, 1, 2] }), channels: y.channels };
  };
  return { sequence: { value, channels: x.channels }, back };
}

/** Scopes `name.0`, `name.1`, ... as long as the checkpoint has `probe` in them. */
export function numbered(scope: Scope, name: string, probe: string): Scope[] {
  const found: Scope[] = [];
  for (let index = 0; scope.has(`${name}.${index}.${probe}`); index += 1)
    found.push(scope.in(`${name}.${index}`));
  return found;
}

function expectWidth(scope: Scope, weightWidth: number, valueWidth: number): void {
  if (weightWidth !== valueWidth) {
    throw new GraphError(`${scope.path}.weight takes ${weightWidth} channels, but ${valueWidth} arrive`);
  }
}
