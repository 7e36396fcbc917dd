/**
 * Everything that can be checked without running the program: types, lint, imports, dead code, sizes, licences.
 *
 *   npm run check [-- --json FILE]
 *
 * Each check is a step with a name and a time; the output of those that fail is shown. `--json` writes the outcome.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runCommand } from '../lib/run-command.ts';

const bin = (path: string) => `node_modules/${path}`;

/** In the order in which they start: the slow ones first, so that two lanes end together. */
const STEPS: readonly { name: string; command: readonly string[] }[] = [
  { name: 'types: server', command: [bin('typescript/bin/tsc'), '-p', 'tsconfig.json'] },
  { name: 'types: web', command: [bin('typescript/bin/tsc'), '-p', 'web/tsconfig.json'] },
  { name: 'lint', command: [bin('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.'] },
  { name: 'dead code', command: [bin('knip/bin/knip.js'), '--no-config-hints', '--no-progress'] },
  { name: 'imports', command: ['scripts/checks/imports.ts'] },
  { name: 'file sizes', command: ['scripts/checks/sizes.ts'] },
  { name: 'licences', command: ['scripts/checks/licences.ts'] },
];

/** Two lanes: the machines this must be quick on have two cores. */
const LANES = 2;

interface Outcome {
  name: string;
  passed: boolean;
  seconds: number;
}

async function runStep({ name, command }: (typeof STEPS)[number]): Promise<Outcome> {
  const { code, output, seconds } = await runCommand(process.execPath, command);
  const passed = code === 0;
  console.log(`${passed ? 'ok  ' : 'FAIL'} ${name} (${seconds.toFixed(1)} s)`);
  if (!passed) console.log(output.trim().replaceAll(/^/gm, '     '));
  return { name, passed, seconds };
}

async function runAll(): Promise<Outcome[]> {
  const waiting = [...STEPS];
  const outcomes: Outcome[] = [];
  const lane = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) outcomes.push(await runStep(step));
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return outcomes;
}

const { values } = parseArgs({ options: { json: { type: 'string' }, help: { type: 'boolean' } } });
if (values.help) {
  console.log('npm run check [-- --json FILE]: types, lint, dead code, imports, file sizes, licences');
} else {
  const outcomes = await runAll();
  if (values.json) writeFileSync(values.json, JSON.stringify(outcomes));
  const failed = outcomes.filter((outcome) => !outcome.passed);
  if (failed.length > 0) {
    console.log(`failed: ${failed.map((outcome) => outcome.name).join(', ')}`);
    process.exitCode = 1;
  }
}
