import { describe, expect, it } from 'vitest';
import { betaQuantile, incompleteBeta } from './beta-distribution.ts';

describe('beta distribution', () => {
  it.each([
    // Closed forms: uniform, arcsine, x².
    [0.3, 1, 1, 0.3],
    [0.25, 0.5, 0.5, 1 / 3],
    [0.4, 2, 1, 0.16],
    [0.5, 7, 7, 0.5],
  ])('I(%f; %f, %f) = %f', (x, a, b, expected) => {
    expect(incompleteBeta(x, a, b)).toBeCloseTo(expected, 13);
  });

  it.each([
    [0.6, 0.6],
    [0.01, 1],
    [1, 0.01],
    [0.9, 0.4],
  ])('has a quantile that is the inverse, alpha %f beta %f', (alpha, beta) => {
    for (const probability of [0.001, 0.1, 0.5, 0.77, 0.999]) {
      const x = betaQuantile(probability, alpha, beta);
      // Where the quantile is within rounding of an end, the inverse cannot come back.
      if (x > 1e-300 && x < 1 - 1e-12) expect(incompleteBeta(x, alpha, beta)).toBeCloseTo(probability, 9);
    }
  });

  it('keeps the ends', () => {
    expect(betaQuantile(0, 0.6, 0.6)).toBe(0);
    expect(betaQuantile(1, 0.6, 0.6)).toBe(1);
  });
});
