/**
 * The whole suite: checks, unit, integration and browser tests, counted together. Called by scripts/test.sh.
 *
 *   npm test                what every change must pass
 *   npm run test:long       the long set: fuzzing, soak, full size
 *   npm test -- --only unit,e2e    some of check, unit, integration, e2e, long
 *
 * Ends with `N passed, N failed, N skipped`. Under CI=true a skipped test counts as failed: what is missing there
 * must be brought, not passed over.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { programFolder } from './lib/program.ts';
import { runCommand } from './lib/run-command.ts';
import { addUp, readCheckReport, readVitestReport, type Tally } from './lib/tally.ts';

const reports = join(programFolder, 'test-results');

async function runChecks(): Promise<Tally> {
  const report = join(reports, 'check.json');
  await runCommand(process.execPath, ['scripts/checks/check.ts', '--json', report], { show: true });
  return readCheckReport(report);
}

/** Runs one project of vitest.config.ts. */
async function runVitest(project: string): Promise<Tally> {
  const report = join(reports, `${project}.json`);
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--project', project];
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { code } = await runCommand(process.execPath, [...vitest, ...reporters], { show: true });
  return readVitestReport(report, project, code);
}

/** In order: what fails soonest first. */
const STAGES: Record<string, () => Promise<Tally>> = {
  check: runChecks,
  unit: () => runVitest('unit'),
  integration: () => runVitest('integration'),
  e2e: () => runVitest('e2e'),
  long: () => runVitest('long'),
};
const DEFAULT_STAGES = ['check', 'unit', 'integration', 'e2e'];

function chosenStages(): string[] {
  const { values } = parseArgs({ options: { long: { type: 'boolean' }, only: { type: 'string' } } });
  if (values.long) return ['long'];
  const chosen = values.only?.split(',') ?? DEFAULT_STAGES;
  const unknown = chosen.find((name) => !(name in STAGES));
  if (unknown !== undefined)
    throw new Error(`--only ${unknown}: accepted are ${Object.keys(STAGES).join(', ')}`);
  return chosen;
}

const stages = chosenStages();
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

const tallies: Tally[] = [];
for (const name of stages) {
  console.log(`\n== ${name}`);
  tallies.push(await (STAGES[name] as () => Promise<Tally>)());
}

const total = addUp(tallies, { skippedFails: process.env.CI === 'true' });
console.log('');
for (const line of total.lines) console.log(line);
console.log(total.summary);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
