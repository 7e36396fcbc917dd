/**
 * Checks that no source file grows past the budget of lines.
 *
 *   node scripts/checks/sizes.ts
 */
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { programFolder } from '../lib/program.ts';
import { SIZE_EXCEPTIONS } from './size-exceptions.ts';

export const LINE_BUDGET = 300;
/** A test file tells many cases of one thing. */
export const TEST_BUDGET = 400;

const budgetOf = (path: string) => (/\.test\.tsx?$/.test(path) ? TEST_BUDGET : LINE_BUDGET);

const SOURCES = '{server,web,extensions,scripts,tests}/**/*.{ts,tsx,css,py,sh}';
const IGNORED = /(^|\/)(node_modules|\.next|out|golden)\//;

/** One line for each file over the budget and for each exception that is not needed any more. */
export function judgeSizes(
  lines: ReadonlyMap<string, number>,
  exceptions: Readonly<Record<string, string>>,
): string[] {
  const tooLong = [...lines]
    .filter(([path, count]) => count > budgetOf(path) && !(path in exceptions))
    .map(([path, count]) => `${path}: ${count} lines, the budget is ${budgetOf(path)}`);
  const stale = Object.keys(exceptions)
    .filter((path) => (lines.get(path) ?? 0) <= budgetOf(path))
    .map((path) => `${path}: is listed as an exception without need`);
  return [...tooLong, ...stale];
}

async function countLines(root: string): Promise<Map<string, number>> {
  const lines = new Map<string, number>();
  for await (const path of glob(SOURCES, { cwd: root })) {
    if (IGNORED.test(path)) continue;
    const text = await readFile(join(root, path), 'utf8');
    lines.set(path.replaceAll('\\', '/'), text.split('\n').length - (text.endsWith('\n') ? 1 : 0));
  }
  return lines;
}

if (import.meta.main) {
  const lines = await countLines(programFolder);
  const complaints = judgeSizes(lines, SIZE_EXCEPTIONS);
  for (const complaint of complaints) console.error(complaint);
  const total = [...lines.values()].reduce((sum, count) => sum + count, 0);
  console.log(`${lines.size} files, ${total} lines, ${complaints.length} over the budget`);
  if (complaints.length > 0) process.exitCode = 1;
}
