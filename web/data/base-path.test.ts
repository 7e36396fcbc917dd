import { describe, expect, it } from 'vitest';
import { baseOf, urlBelow } from './base-path.ts';

describe('base path', () => {
  it.each([
    ['http://localhost:7860/', 'http://localhost:7860/'],
    ['http://localhost:7860/index.html?x=1#settings', 'http://localhost:7860/'],
    ['http://localhost:7860/paint/#txt2img', 'http://localhost:7860/paint/'],
    ['http://host/a/b/?q', 'http://host/a/b/'],
  ])('%s is served from %s', (documentUrl, expected) => {
    expect(baseOf(documentUrl).href).toBe(expected);
  });

  it('puts paths with and without a leading slash below the base', () => {
    const base = new URL('http://host/paint/');
    expect(urlBelow(base, '/api/images/7')).toBe('http://host/paint/api/images/7');
    expect(urlBelow(base, 'api/jobs')).toBe('http://host/paint/api/jobs');
  });
});
