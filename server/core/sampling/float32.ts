/**
 * torch's float32 arithmetic on CPU, to the last bit, for what noise levels need. A Brownian path rounds its times to
 * 1e-6, where the last bit of a sigma decides: without this SDE samplers would drift from their reference pictures.
 */

/** Lanes of one vector; loops take two vectors at a time and the rest one by one. */
const LANES = 8;

/** a · b + c with one rounding. The product of two float32 is exact in double. */
function fusedMultiplyAdd(a: number, b: number, c: number): number {
  return Math.fround(a * b + c);
}

/** ln 2 split in two, and the polynomial of Sleef's expf (Shibata & Petrogalli 2020, "SLEEF"). */
const LN2_HIGH = Math.fround(0.693145751953125);
const LN2_LOW = Math.fround(1.428606765330187e-6);
const EXP_POLYNOMIAL = [0.00019852761, 0.0013930436, 0.008333361, 0.041666485, 0.16666667, 0.5].map(
  Math.fround,
);

/** `torch.exp` of a float32. */
export function exp32(value: number): number {
  const power = Math.round(value * Math.LOG2E);
  let rest = fusedMultiplyAdd(power, -LN2_HIGH, value);
  rest = fusedMultiplyAdd(power, -LN2_LOW, rest);
  const polynomial = EXP_POLYNOMIAL.reduce((sum, factor) => fusedMultiplyAdd(sum, rest, factor));
  return Math.fround(
    Math.fround(1 + fusedMultiplyAdd(Math.fround(rest * rest), polynomial, rest)) * 2 ** power,
  );
}

/** `torch.log` of a float32. */
export function log32(value: number): number {
  return Math.fround(Math.log(value));
}

/** `torch.linspace(start, end, count)`: from both ends towards the middle, vectors in steps of their own. */
export function linspace32(start: number, end: number, count: number): number[] {
  const [first, last] = [Math.fround(start), Math.fround(end)];
  if (count === 1) return [first];
  const step = Math.fround(Math.fround(last - first) / (count - 1));
  const isFromStart = (index: number) => index < Math.floor(count / 2);
  const at = (index: number) =>
    isFromStart(index)
      ? fusedMultiplyAdd(step, index, first)
      : fusedMultiplyAdd(-step, count - 1 - index, last);
  const vectorised = count - (count % (2 * LANES));
  return Array.from({ length: count }, (_, index) => {
    if (index >= vectorised) return at(index);
    const lane = index % LANES;
    return Math.fround(at(index - lane) + Math.fround(step * lane));
  });
}

/** a · (1 - share) + b · share, rounded at each operation. */
export function lerp32(a: number, b: number, share: number): number {
  const { fround } = Math;
  return fround(fround(fround(1 - share) * a) + fround(share * b));
}
