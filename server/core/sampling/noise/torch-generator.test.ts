import { describe, expect, it } from 'vitest';
import { type GoldenTensor, goldenDifference, goldenJson } from '../../../../tests/support/golden.ts';
import { createTorchGenerator, type TorchGenerator } from './torch-generator.ts';

interface Case {
  op: string;
  seed: string;
  draws: (GoldenTensor | number[])[];
}

const { cases } = goldenJson<{ cases: Case[] }>('rng/torch_cpu_randn.json');
const named = cases.map((entry, i) => ({ name: `#${i} ${entry.op} seed ${entry.seed}`, ...entry }));
const shapeOf = (draw: GoldenTensor | number[]) => (draw as GoldenTensor).shape;
const generatorOf = ({ seed }: Case) => createTorchGenerator(BigInt(seed));

describe('torch CPU generator', () => {
  it.each(named.filter(({ op }) => op === 'randn' || op === 'randn_sequence'))('$name', (entry) => {
    const generator = generatorOf(entry);
    for (const draw of entry.draws) {
      const actual = generator.randn(shapeOf(draw));
      expect(actual.shape).toEqual(shapeOf(draw));
      expect(goldenDifference(actual.data, draw as GoldenTensor)).toBeLessThanOrEqual(2e-6);
    }
  });

  it.each(named.filter(({ op }) => op === 'rand'))('$name', (entry) => {
    const generator = generatorOf(entry);
    for (const draw of entry.draws) {
      expect(goldenDifference(generator.rand(shapeOf(draw)).data, draw as GoldenTensor)).toBe(0);
    }
  });

  it.each(named.filter(({ op }) => op === 'randn_float64'))('$name', (entry) => {
    const generator = generatorOf(entry);
    for (const draw of entry.draws) {
      const actual = generator.randnDouble(shapeOf(draw).reduce((a, b) => a * b, 1));
      expect(goldenDifference(actual, draw as GoldenTensor)).toBeLessThanOrEqual(1e-14);
    }
  });

  // Integer draws of torch: 32 bits modulo the range, 64 bits (high word first) where the range needs more.
  const integers: Record<string, (generator: TorchGenerator) => number> = {
    randint_0_1000: (generator) => generator.uint32() % 1000,
    mt19937_first_outputs: (generator) => generator.uint32() % (2 ** 31 - 1),
    random_uint32_raw: (generator) => {
      generator.uint32();
      return generator.uint32();
    },
  };
  it.each(named.filter(({ op }) => op in integers))('$name', (entry) => {
    const generator = generatorOf(entry);
    for (const draw of entry.draws) {
      const expected = Array.isArray(draw) ? draw : (draw.values ?? []);
      expect(expected.map(() => integers[entry.op]?.(generator))).toEqual(expected);
    }
  });

  it('covers every golden case', () => {
    const tested = new Set(['randn', 'randn_sequence', 'rand', 'randn_float64', ...Object.keys(integers)]);
    expect(cases.filter(({ op }) => !tested.has(op))).toEqual([]);
  });
});
