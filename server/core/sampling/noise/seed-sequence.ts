const INIT_A = 0x43b0d7e5;
const MULTIPLIER_A = 0x931e8875;
const INIT_B = 0x8b51f9dd;
const MULTIPLIER_B = 0x58f38ded;
const MIX_LEFT = 0xca01f9dd;
const MIX_RIGHT = 0x4973f715;
const SHIFT = 16;

export interface SeedSequenceOptions {
  spawnKey?: readonly number[];
  /** Words of the entropy pool; numpy's default is 4. */
  poolSize?: number;
}

/**
 * The first `count` words of `numpy.random.SeedSequence(entropy, spawn_key, pool_size).generate_state`, after O'Neill's
 * seed_seq_fe (2015). entropy: a whole number of at least 0.
 */
export function seedSequence(
  entropy: number | bigint,
  count: number,
  { spawnKey = [], poolSize = 4 }: SeedSequenceOptions = {},
): Uint32Array {
  const pool = mixEntropy(assembleEntropy(entropy, spawnKey, poolSize), poolSize);
  const state = new Uint32Array(count);
  let constant = INIT_B;
  for (let i = 0; i < count; i++) {
    let word = pool[i % poolSize]! ^ constant;
    constant = Math.imul(constant, MULTIPLIER_B);
    word = Math.imul(word, constant);
    state[i] = word ^ (word >>> SHIFT);
  }
  return state;
}

function assembleEntropy(entropy: number | bigint, spawnKey: readonly number[], poolSize: number): number[] {
  const words = toWords(entropy);
  // Padded, so that a spawn key cannot be taken for more entropy.
  if (spawnKey.length > 0) while (words.length < poolSize) words.push(0);
  return [...words, ...spawnKey.flatMap(toWords)];
}

/** Little-endian 32-bit words; 0 is one word. */
function toWords(value: number | bigint): number[] {
  let rest = BigInt(value);
  const words = [Number(rest & 0xffffffffn)];
  for (rest >>= 32n; rest > 0n; rest >>= 32n) words.push(Number(rest & 0xffffffffn));
  return words;
}

function mixEntropy(entropy: readonly number[], poolSize: number): Uint32Array {
  const pool = new Uint32Array(poolSize);
  let constant = INIT_A;
  const hash = (value: number) => {
    const masked = value ^ constant;
    constant = Math.imul(constant, MULTIPLIER_A);
    const word = Math.imul(masked, constant);
    return word ^ (word >>> SHIFT);
  };
  const mixInto = (target: number, value: number) => {
    const word = Math.imul(MIX_LEFT, pool[target]!) - Math.imul(MIX_RIGHT, hash(value));
    pool[target] = word ^ (word >>> SHIFT);
  };
  for (let i = 0; i < poolSize; i++) pool[i] = hash(entropy[i] ?? 0);
  for (let source = 0; source < poolSize; source++) {
    for (let target = 0; target < poolSize; target++) {
      if (source !== target) mixInto(target, pool[source]!);
    }
  }
  for (const value of entropy.slice(poolSize)) {
    for (let target = 0; target < poolSize; target++) mixInto(target, value);
  }
  return pool;
}
