import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { addUp, readCheckReport, readVitestReport } from './tally.ts';

const folder = mkdtempSync(join(tmpdir(), 'tally-'));
afterAll(() => rmSync(folder, { recursive: true }));

function written(content: unknown): string {
  const file = join(folder, 'report.json');
  writeFileSync(file, JSON.stringify(content));
  return file;
}

const test = (status: string) => ({ fullName: status, status });

describe('a vitest report', () => {
  it('is counted by state', () => {
    const assertionResults = ['passed', 'passed', 'failed', 'skipped', 'todo'].map(test);
    const file = written({ testResults: [{ name: 'a.test.ts', status: 'failed', assertionResults }] });
    expect(readVitestReport(file, 'unit', 1)).toEqual({
      passed: 2,
      failed: ['unit: failed'],
      skipped: ['unit: skipped', 'unit: todo'],
    });
  });

  it('of a file that could not be loaded counts as a failure', () => {
    const file = written({ testResults: [{ name: 'a.test.ts', status: 'failed', assertionResults: [] }] });
    expect(readVitestReport(file, 'unit', 1).failed).toEqual(['unit: a.test.ts could not be run']);
  });

  it('of a run that failed outside the tests counts as a failure', () => {
    const file = written({
      testResults: [{ name: 'a', status: 'passed', assertionResults: [test('passed')] }],
    });
    expect(readVitestReport(file, 'unit', 1).failed).toHaveLength(1);
  });

  it('that is missing counts as a failure', () => {
    expect(readVitestReport(join(folder, 'none.json'), 'unit', 0).failed).toHaveLength(1);
    expect(readCheckReport(join(folder, 'none.json')).failed).toHaveLength(1);
  });
});

describe('the sum', () => {
  const tallies = [
    { passed: 3, failed: [], skipped: ['unit: needs chromium'] },
    { passed: 2, failed: ['check: lint'], skipped: [] },
  ];

  it('adds all up and names what is not well', () => {
    const total = addUp(tallies, { skippedFails: false });
    expect(total.summary).toBe('5 passed, 1 failed, 1 skipped');
    expect(total.lines).toEqual(['failed   check: lint', 'skipped  unit: needs chromium']);
  });

  it('turns skipped into failed where that is asked for', () => {
    expect(addUp(tallies, { skippedFails: true }).summary).toBe('5 passed, 2 failed');
  });
});
