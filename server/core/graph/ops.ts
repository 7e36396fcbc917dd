/** The ops that graphs may use: arity and attributes per domain. `verify` and `serialise` read it. */

export type AttributeKind = 'int' | 'float' | 'ints' | 'string';

export interface OpSchema {
  /** Fewest and most inputs. */
  readonly inputs: readonly [number, number];
  /** Fewest and most outputs. */
  readonly outputs?: readonly [number, number];
  readonly attributes?: Readonly<Record<string, AttributeKind>>;
  /** Attributes that must be given. */
  readonly required?: readonly string[];
}

/** Ops of the compiler's own, which no runtime knows: passes lower them to what a provider runs best. */
export const COMPOSITE_DOMAIN = 'tapestry';
const CONTRIB_DOMAIN = 'com.microsoft';

/** Version of each domain that a serialised model asks for. */
export const OPSET_VERSIONS: Readonly<Record<string, number>> = { '': 17, [CONTRIB_DOMAIN]: 1 };

const unary: OpSchema = { inputs: [1, 1] };
const binary: OpSchema = { inputs: [2, 2] };

const ONNX_OPS: Readonly<Record<string, OpSchema>> = {
  Add: binary,
  Cast: { inputs: [1, 1], attributes: { to: 'int' }, required: ['to'] },
  Concat: { inputs: [1, Number.POSITIVE_INFINITY], attributes: { axis: 'int' }, required: ['axis'] },
  Conv: {
    inputs: [2, 3],
    attributes: { kernel_shape: 'ints', pads: 'ints', strides: 'ints', group: 'int', dilations: 'ints' },
  },
  Div: binary,
  Gather: { inputs: [2, 2], attributes: { axis: 'int' } },
  Gemm: {
    inputs: [2, 3],
    attributes: { alpha: 'float', beta: 'float', transA: 'int', transB: 'int' },
  },
  Identity: unary,
  InstanceNormalization: { inputs: [3, 3], attributes: { epsilon: 'float' } },
  LayerNormalization: { inputs: [2, 3], attributes: { axis: 'int', epsilon: 'float' } },
  MatMul: binary,
  Mul: binary,
  ReduceMean: { inputs: [1, 1], attributes: { axes: 'ints', keepdims: 'int' } },
  Reshape: { inputs: [2, 2], attributes: { allowzero: 'int' } },
  Resize: {
    inputs: [1, 4],
    attributes: { mode: 'string', coordinate_transformation_mode: 'string', nearest_mode: 'string' },
  },
  Shape: { inputs: [1, 1], attributes: { start: 'int', end: 'int' } },
  Sigmoid: unary,
  Softmax: { inputs: [1, 1], attributes: { axis: 'int' } },
  Split: { inputs: [1, 2], outputs: [1, Number.POSITIVE_INFINITY], attributes: { axis: 'int' } },
  Sqrt: unary,
  Sub: binary,
  Transpose: { inputs: [1, 1], attributes: { perm: 'ints' } },
};

const CONTRIB_OPS: Readonly<Record<string, OpSchema>> = {
  Gelu: unary,
  MultiHeadAttention: {
    inputs: [1, 10],
    attributes: { num_heads: 'int', unidirectional: 'int', scale: 'float' },
    required: ['num_heads'],
  },
  QuickGelu: { inputs: [1, 1], attributes: { alpha: 'float' } },
};

const COMPOSITE_OPS: Readonly<Record<string, OpSchema>> = {
  /**
   * softmax(q·kᵀ/√d)·v per head. q: [n, width], k and v: [m, width]; result [n, width].
   * `causal`: 0, or the sequence length n = m of a mask under which no row sees a later one.
   */
  Attention: {
    inputs: [3, 3],
    attributes: { heads: 'int', width: 'int', causal: 'int' },
    required: ['heads', 'width'],
  },
  /** x: [1, c, h, w]; scale and bias: initialisers [c]. Wu & He 2018, biased variance. */
  GroupNorm: {
    inputs: [3, 3],
    attributes: { groups: 'int', channels: 'int', epsilon: 'float' },
    required: ['groups', 'channels', 'epsilon'],
  },
  /** x·sigmoid(alpha·x): SiLU with alpha 1, CLIP's quick GELU with 1.702. */
  SigmoidUnit: { inputs: [1, 1], attributes: { alpha: 'float' }, required: ['alpha'] },
};

export const OPS: Readonly<Record<string, Readonly<Record<string, OpSchema>>>> = {
  '': ONNX_OPS,
  [CONTRIB_DOMAIN]: CONTRIB_OPS,
  [COMPOSITE_DOMAIN]: COMPOSITE_OPS,
};

export function schemaOf(domain: string, op: string): OpSchema | undefined {
  const ops = OPS[domain];
  return ops !== undefined && Object.hasOwn(ops, op) ? ops[op] : undefined;
}

/** "com.microsoft.Gelu" → domain and op; a bare name is ONNX's own. */
export function splitOpName(qualified: string): { domain: string; op: string } {
  const dot = qualified.lastIndexOf('.');
  return { domain: qualified.slice(0, Math.max(dot, 0)), op: qualified.slice(dot + 1) };
}
