import { describe, expect, it } from 'vitest';
import { normalizeSubpath, withoutSubpath } from './subpath.ts';

describe('--subpath', () => {
  it.each([
    ['/x/api/jobs?a=1', '/api/jobs?a=1'],
    ['/x/', '/'],
    ['/x?a', '/?a'],
    ['/xy/api', '/xy/api'],
    ['/api/jobs', '/api/jobs'],
  ])('takes itself off %s', (url, expected) => {
    expect(withoutSubpath(url, '/x')).toBe(expected);
  });

  it.each([
    ['x', '/x'],
    ['/x/', '/x'],
    ['a/b-c', '/a/b-c'],
    ['', ''],
  ])('%j means %j', (flag, path) => expect(normalizeSubpath(flag)).toBe(path));

  it.each(['a b', '../x', 'x?y', '<x>'])('refuses %j', (flag) => {
    expect(() => normalizeSubpath(flag)).toThrow(/--subpath/);
  });
});
