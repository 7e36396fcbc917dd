import { expect, it } from 'vitest';
import { largestWidth } from './frame-size.ts';

it.each([
  [128, 128, 512],
  [512, 512, 768],
  [512, 768, 512],
  [1024, 1024, 1024],
  [64, 32, 256],
])('%i × %i is shown at most %i wide', (width, height, shown) => {
  expect(largestWidth(width, height)).toBe(shown);
});
