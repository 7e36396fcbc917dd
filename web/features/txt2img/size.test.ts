import { describe, expect, it } from 'vitest';
import { parseEdge, parseSize, sizeOfRatio } from './size.ts';

describe('parseSize', () => {
  it.each([
    ['768x512', 768, 512],
    [' 768 × 512 ', 768, 512],
    ['768X512', 768, 512],
    ['768*512', 768, 512],
    ['768, 512', 768, 512],
    ['768 512', 768, 512],
  ])('%s', (text, width, height) => {
    expect(parseSize(text)).toEqual({ width, height });
  });

  it.each(['768', 'x512', '768x', 'axb', '768x512x3', ''])('%j is no size', (text) => {
    expect(parseSize(text)).toBeNull();
  });
});

describe('parseEdge', () => {
  it('takes whole numbers only, zero included: the server says what it accepts', () => {
    expect(parseEdge(' 512 ')).toBe(512);
    expect(parseEdge('0')).toBe(0);
    expect(parseEdge('5.5')).toBeNull();
    expect(parseEdge('abc')).toBeNull();
    expect(parseEdge('')).toBeNull();
  });
});

describe('sizeOfRatio', () => {
  it.each([
    ['1:1', 512, 512, 512],
    ['3:2', 512, 640, 448],
    ['2:3', 512, 448, 640],
    ['16:9', 1024, 1344, 768],
    ['1:1', 128, 128, 128],
    ['4:3', 128, 144, 112],
  ])('%s at %i', (ratio, native, width, height) => {
    expect(sizeOfRatio(ratio, { width: native, height: native })).toEqual({ width, height });
  });
});
