import { describe, expect, it } from 'vitest';
import { invert, multiplyVector } from './linear-algebra.ts';

describe('invert', () => {
  it('inverts a matrix that needs pivoting', () => {
    const matrix = [
      [0, 2, 1],
      [1, 1, 0],
      [3, 0, -1],
    ];
    const inverse = invert(matrix);
    for (const unit of [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]) {
      multiplyVector(matrix, multiplyVector(inverse, unit)).forEach((value, i) => {
        expect(value).toBeCloseTo(unit[i]!, 12);
      });
    }
  });
});
