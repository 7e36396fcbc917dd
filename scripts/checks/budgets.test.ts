import { describe, expect, it } from 'vitest';
import { judgeLicences } from './licences.ts';
import { judgeSizes, LINE_BUDGET, TEST_BUDGET } from './sizes.ts';

describe('file sizes', () => {
  const lines = new Map([
    ['server/short.ts', LINE_BUDGET],
    ['server/long.ts', LINE_BUDGET + 1],
    ['server/long.test.ts', TEST_BUDGET],
  ]);

  it('names a file over the budget', () => {
    expect(judgeSizes(lines, {})).toEqual([expect.stringContaining('server/long.ts')]);
  });

  it('accepts one that is listed with a reason', () => {
    expect(judgeSizes(lines, { 'server/long.ts': 'a table' })).toEqual([]);
  });

  it.each(['server/short.ts', 'server/gone.ts'])('refuses an exception without need: %s', (path) => {
    expect(judgeSizes(new Map([['server/short.ts', 10]]), { [path]: 'old' })).toHaveLength(1);
  });
});

describe('licences', () => {
  it.each([
    ['node_modules/a', 'MIT'],
    ['node_modules/a', '(MIT OR GPL-3.0-only)'],
    ['node_modules/@img/sharp-libvips-linux-x64', 'LGPL-3.0-or-later'],
    ['node_modules/@img/sharp-win32-x64', 'Apache-2.0 AND LGPL-3.0-or-later'],
  ])('%s under %s may ship', (path, license) => {
    expect(judgeLicences({ [path]: { license } })).toEqual([]);
  });

  it.each([
    ['node_modules/a', 'AGPL-3.0-only'],
    ['node_modules/a', 'LGPL-3.0-or-later'],
    ['node_modules/a', 'MIT AND GPL-2.0-only'],
    ['node_modules/a', undefined],
  ])('%s under %s may not', (path, license) => {
    expect(judgeLicences({ [path]: license === undefined ? {} : { license } })).toHaveLength(1);
  });
});
