const STATE_SIZE = 624;
const SHIFT_SIZE = 397;

/** Raw 32-bit outputs of one Mersenne Twister. */
export interface Mt19937 {
  /** Next output, 0 .. 2^32 - 1. */
  next(): number;
}

/**
 * MT19937 (Matsumoto & Nishimura 1998, "Mersenne Twister"), seeded by `init_genrand` as torch and C++'s
 * `std::mt19937` do. Only the low 32 bits of `seed` count.
 */
export function createMt19937(seed: number): Mt19937 {
  const state = seedState(seed >>> 0);
  let position = STATE_SIZE;
  return {
    next() {
      if (position === STATE_SIZE) {
        twist(state);
        position = 0;
      }
      return temper(state[position++]!);
    },
  };
}

function seedState(seed: number): Uint32Array {
  const state = new Uint32Array(STATE_SIZE);
  state[0] = seed;
  for (let i = 1; i < STATE_SIZE; i++) {
    const previous = state[i - 1]!;
    state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
  }
  return state;
}

function twist(state: Uint32Array): void {
  const wrap = STATE_SIZE - SHIFT_SIZE;
  for (let i = 0; i < wrap; i++) state[i] = state[i + SHIFT_SIZE]! ^ mixed(state[i]!, state[i + 1]!);
  for (let i = wrap; i < STATE_SIZE - 1; i++) state[i] = state[i - wrap]! ^ mixed(state[i]!, state[i + 1]!);
  state[STATE_SIZE - 1] = state[SHIFT_SIZE - 1]! ^ mixed(state[STATE_SIZE - 1]!, state[0]!);
}

function mixed(high: number, low: number): number {
  const y = (high & 0x80000000) | (low & 0x7fffffff);
  return (y >>> 1) ^ (-(y & 1) & 0x9908b0df);
}

function temper(value: number): number {
  let y = value;
  y ^= y >>> 11;
  y ^= (y << 7) & 0x9d2c5680;
  y ^= (y << 15) & 0xefc60000;
  return (y ^ (y >>> 18)) >>> 0;
}
