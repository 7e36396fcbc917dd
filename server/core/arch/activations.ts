/** Activations by the names that hypernetworks have for them: torch's classes in lower case, at their defaults. */
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const softplus = (x: number) => (x > 20 ? x : Math.log1p(Math.exp(x)));
const clamp = (x: number, low: number, high: number) => Math.min(high, Math.max(low, x));
const hardSigmoid = (x: number) => clamp(x / 6 + 0.5, 0, 1);
const hardSwish = (x: number) => x * hardSigmoid(x);
const elu = (x: number) => (x > 0 ? x : Math.expm1(x));
const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

/** Abramowitz and Stegun 7.1.26 is too rough for float32: the series near 0, the continued fraction beyond. */
function erf(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude > 6) return Math.sign(x);
  if (magnitude < 3) {
    let term = x;
    let sum = x;
    for (let n = 1; n < 60; n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = magnitude;
  for (let k = 60; k > 0; k--) fraction = magnitude + k / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction));
}

export const ACTIVATIONS = {
  relu: (x: number) => Math.max(0, x),
  leakyrelu: (x: number) => (x >= 0 ? x : 0.01 * x),
  elu,
  /** The web UI's `swish` is the hard one. */
  swish: hardSwish,
  hardswish: hardSwish,
  tanh: Math.tanh,
  sigmoid,
  celu: elu,
  gelu: (x: number) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  hardshrink: (x: number) => (Math.abs(x) > 0.5 ? x : 0),
  hardsigmoid: hardSigmoid,
  hardtanh: (x: number) => clamp(x, -1, 1),
  logsigmoid: (x: number) => -softplus(-x),
  mish: (x: number) => x * Math.tanh(softplus(x)),
  relu6: (x: number) => clamp(x, 0, 6),
  /** Its slope is random in training; the mean of 1/8 and 1/3 after. */
  rrelu: (x: number) => (x >= 0 ? x : (x * (1 / 8 + 1 / 3)) / 2),
  selu: (x: number) => SELU_SCALE * (x > 0 ? x : SELU_ALPHA * Math.expm1(x)),
  silu: (x: number) => x * sigmoid(x),
  softplus,
  softshrink: (x: number) => (Math.abs(x) > 0.5 ? x - 0.5 * Math.sign(x) : 0),
  softsign: (x: number) => x / (1 + Math.abs(x)),
  tanhshrink: (x: number) => x - Math.tanh(x),
} as const;

export type ActivationName = keyof typeof ACTIVATIONS;

export function isActivationName(name: unknown): name is ActivationName {
  return typeof name === 'string' && Object.hasOwn(ACTIVATIONS, name);
}
