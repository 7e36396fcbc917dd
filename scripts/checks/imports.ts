/**
 * Checks import directions against .dependency-cruiser.mjs.
 *
 *   node scripts/checks/imports.ts
 */
import { existsSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { cruise, type ICruiseOptions, type ICruiseResult, type IViolation } from 'dependency-cruiser';
import extractDepcruiseConfig from 'dependency-cruiser/config-utl/extract-depcruise-config';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { programFolder } from '../lib/program.ts';

/** Folders that share the server's tsconfig; the page has its own. */
const SERVER_SIDE = ['server', 'extensions', 'scripts', 'tests'];
const PAGE = ['web'];

export interface ImportReport {
  /** Source files that the tool read. */
  modules: string[];
  /** `rule: from → to`, one a line. */
  violations: { rule: string; from: string; to: string }[];
  /** Source files on disk that the tool did not see: it is blind there, whatever it says. */
  unseen: string[];
}

/** Runs the rules over the project's folders below `root`, which may be a fixture laid out like the project. */
export async function checkImports(root: string): Promise<ImportReport> {
  const report: ImportReport = { modules: [], violations: [], unseen: [] };
  for (const [folders, tsConfig] of [
    [SERVER_SIDE, 'tsconfig.json'],
    [PAGE, 'web/tsconfig.json'],
  ] as const) {
    const present = folders.filter((folder) => existsSync(join(root, folder)));
    if (present.length === 0) continue;
    const result = await cruiseFolders(root, present, join(programFolder, tsConfig));
    report.modules.push(...result.modules.map((module) => module.source));
    report.violations.push(...result.summary.violations.map(describe));
  }
  const seen = new Set(report.modules);
  report.modules = [...seen].filter((path) => !path.includes('node_modules'));
  report.unseen = (await sourceFiles(root)).filter((path) => !seen.has(path));
  return report;
}

async function cruiseFolders(
  root: string,
  folders: readonly string[],
  tsConfig: string,
): Promise<ICruiseResult> {
  const { options = {}, ...ruleSet } = await extractDepcruiseConfig(
    join(programFolder, '.dependency-cruiser.mjs'),
  );
  const { tsConfig: _, enhancedResolveOptions, exclude, ...rest } = options as ICruiseOptions;
  const { output } = await cruise(
    [...folders],
    { ...rest, ruleSet, validate: true, baseDir: root, exclude: exclude ?? '^$' },
    { ...enhancedResolveOptions, alias: { 'tapestry/sdk': join(root, 'server/sdk/index.ts') } },
    { tsConfig: existsSync(tsConfig) ? extractTSConfig(tsConfig) : undefined },
  );
  if (typeof output === 'string') throw new Error('dependency-cruiser answered with text');
  return output;
}

function describe(violation: IViolation): ImportReport['violations'][number] {
  const round = violation.cycle?.map((step) => step.name).join(' → ');
  return { rule: violation.rule.name, from: violation.from, to: round ?? violation.to };
}

async function sourceFiles(root: string): Promise<string[]> {
  const patterns = [...SERVER_SIDE, ...PAGE].map((folder) => `${folder}/**/*.{ts,tsx}`);
  const ignored = /(^|\/)(node_modules|\.next|out|fixtures)\/|\.d\.ts$/;
  const files: string[] = [];
  for await (const path of glob(patterns, { cwd: root })) {
    if (!ignored.test(path)) files.push(relative(root, join(root, path)).replaceAll('\\', '/'));
  }
  return files;
}

if (import.meta.main) {
  const { modules, violations, unseen } = await checkImports(programFolder);
  for (const { rule, from, to } of violations) console.error(`${rule}: ${from} → ${to}`);
  for (const path of unseen) console.error(`not seen by dependency-cruiser: ${path}`);
  console.log(`${modules.length} modules, ${violations.length} forbidden imports`);
  if (violations.length > 0 || unseen.length > 0) process.exitCode = 1;
}
