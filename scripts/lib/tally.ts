/** Counts of passed, failed and skipped tests, read from the reports of the tools that ran them. */
import { readFileSync } from 'node:fs';

export interface Tally {
  passed: number;
  /** Names of what failed. */
  failed: string[];
  /** Names of what was skipped. */
  skipped: string[];
}

export interface Total {
  passed: number;
  failed: number;
  skipped: number;
  /** One line for each test that failed or was skipped. */
  lines: string[];
  /** `N passed, N failed` and, where there are any, `, N skipped`. */
  summary: string;
}

/** The outcome file of scripts/checks/check.ts. */
export function readCheckReport(file: string): Tally {
  const steps = readJson<{ name: string; passed: boolean }[]>(file);
  if (steps === null) return { passed: 0, failed: ['check: ended without a report'], skipped: [] };
  const failed = steps.filter((step) => !step.passed).map((step) => `check: ${step.name}`);
  return { passed: steps.length - failed.length, failed, skipped: [] };
}

interface VitestReport {
  testResults: {
    name: string;
    status: string;
    assertionResults: { fullName: string; status: string }[];
  }[];
}

/** Vitest's JSON report. A file that could not be loaded, and a run that failed though no test did, count as failed. */
export function readVitestReport(file: string, project: string, exitCode: number): Tally {
  const report = readJson<VitestReport>(file);
  if (report === null) return { passed: 0, failed: [`${project}: ended without a report`], skipped: [] };
  const tests = report.testResults.flatMap((suite) => suite.assertionResults);
  const named = (...states: string[]) =>
    tests.filter((test) => states.includes(test.status)).map((test) => `${project}: ${test.fullName}`);
  const passed = tests.filter((test) => test.status === 'passed').length;
  const skipped = named('skipped', 'pending', 'todo', 'disabled');
  const unloaded = report.testResults
    .filter(
      (suite) =>
        suite.status === 'failed' && suite.assertionResults.every((test) => test.status !== 'failed'),
    )
    .map((suite) => `${project}: ${suite.name} could not be run`);
  const failed = [...named('failed'), ...unloaded];
  if (exitCode !== 0 && failed.length === 0)
    failed.push(`${project}: the runner ended with code ${exitCode}`);
  return { passed, failed, skipped };
}

/** `skippedFails`: what was skipped counts as failed. */
export function addUp(tallies: readonly Tally[], { skippedFails }: { skippedFails: boolean }): Total {
  const passed = tallies.reduce((sum, tally) => sum + tally.passed, 0);
  const skippedNames = tallies.flatMap((tally) => tally.skipped);
  const failedNames = tallies.flatMap((tally) => tally.failed);
  const failed = failedNames.length + (skippedFails ? skippedNames.length : 0);
  const skipped = skippedFails ? 0 : skippedNames.length;
  const lines = [
    ...failedNames.map((name) => `failed   ${name}`),
    ...skippedNames.map((name) =>
      skippedFails ? `failed   ${name} (skipped, which CI does not allow)` : `skipped  ${name}`,
    ),
  ];
  const summary = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
  return { passed, failed, skipped, lines, summary };
}

function readJson<T>(file: string): T | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch {
    return null;
  }
}
