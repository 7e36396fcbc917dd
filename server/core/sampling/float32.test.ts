import { describe, expect, it } from 'vitest';
import { exp32, lerp32, linspace32, log32 } from './float32.ts';

describe('float32 arithmetic', () => {
  it('exponentiates within one unit in the last place', () => {
    for (let value = -20; value < 20; value += 0.137) {
      const argument = Math.fround(value);
      const exact = Math.exp(argument);
      expect(Math.abs(exp32(argument) - exact)).toBeLessThanOrEqual(2 ** -23 * exact);
    }
    expect(exp32(0)).toBe(1);
  });

  it('gives float32 numbers only', () => {
    const values = [exp32(0.3), log32(0.3), lerp32(0.1, 0.7, 0.3), ...linspace32(0.1, 7.3, 40)];
    expect(values).toEqual(values.map(Math.fround));
  });

  it.each([1, 2, 3, 15, 16, 17, 40])('spaces %i numbers from end to end', (count) => {
    const values = linspace32(-2.5, 7.3, count);
    expect(values).toHaveLength(count);
    expect(values[0]).toBe(-2.5);
    if (count > 1) expect(values.at(-1)).toBeCloseTo(7.3, 5);
    values.forEach((value, i) => {
      if (count > 1) expect(value).toBeCloseTo(-2.5 + (9.8 * i) / (count - 1), 5);
    });
  });
});
