import { join } from 'node:path';
import extractDepcruiseConfig from 'dependency-cruiser/config-utl/extract-depcruise-config';
import { describe, expect, it } from 'vitest';
import { programFolder } from '../lib/program.ts';
import { checkImports } from './imports.ts';

const { forbidden = [] } = await extractDepcruiseConfig(join(programFolder, '.dependency-cruiser.mjs'));
const rules = forbidden.map((rule) => rule.name ?? 'unnamed');

describe('a project that breaks every rule once', async () => {
  const planted = await checkImports(join(programFolder, 'tests/fixtures/planted-violation'));
  const caught = new Set(planted.violations.map((violation) => violation.rule));

  it.each(rules)('is caught by %s', (rule) => {
    expect(caught).toContain(rule);
  });

  it('names both ends of a forbidden import', () => {
    expect(planted.violations).toContainEqual({
      rule: 'core-imports-downward',
      from: 'server/core/sampling/euler.ts',
      to: 'server/engine/run.ts',
    });
  });

  it('lets allowed imports be', () => {
    const [from, to] = ['server/core/sampling/euler.ts', 'server/core/prompt/parse.ts'];
    const rulesHit = planted.violations.filter((v) => v.from === from && v.to === to).map((v) => v.rule);
    expect(rulesHit).toEqual(['core-rooms-are-strangers']);
  });
});

describe('this project', async () => {
  const report = await checkImports(programFolder);

  it('is seen whole: a blind tool finds no violations either', () => {
    expect(report.unseen).toEqual([]);
    expect(report.modules.length).toBeGreaterThan(20);
  });

  it('resolves #subpath imports to files', () => {
    expect(report.modules).toContain('server/contracts/errors.ts');
    expect(report.modules.filter((path) => path.startsWith('#'))).toEqual([]);
  });
});
