/**
 * Checks that every package in package-lock.json is under a licence that may be shipped with an MIT program.
 *
 *   node scripts/checks/licences.ts
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { programFolder } from '../lib/program.ts';

const ALLOWED = new Set([
  ...['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0', 'MPL-2.0'],
  ...['CC0-1.0', 'CC-BY-4.0', 'Unlicense', 'Python-2.0'],
]);

/** libvips is LGPL and linked dynamically; sharp's packages carry it, other LGPL packages are not wanted. */
const LGPL = 'LGPL-3.0-or-later';
const LGPL_PACKAGES = /^node_modules\/@img\/sharp-/;

/** Packages whose lock entry states no licence; read by hand from their package.json. */
const STATED_ELSEWHERE: Readonly<Record<string, string>> = {
  'node_modules/busboy': 'MIT',
  'node_modules/streamsearch': 'MIT',
  'node_modules/xmlhttprequest-ssl': 'MIT',
};

interface LockEntry {
  license?: string;
  link?: boolean;
}

/** One line for each package whose licence is missing or not allowed. */
export function judgeLicences(packages: Readonly<Record<string, LockEntry>>): string[] {
  return Object.entries(packages)
    .filter(([path, entry]) => path !== '' && !entry.link)
    .flatMap(([path, entry]) => {
      const licence = entry.license ?? STATED_ELSEWHERE[path];
      if (licence === undefined) return [`${path}: states no licence`];
      return isAllowed(licence, path) ? [] : [`${path}: ${licence} is not on the list`];
    });
}

/** SPDX expressions as packages write them: OR binds weaker than AND, no nested brackets. */
function isAllowed(expression: string, path: string): boolean {
  return expression
    .replace(/^\(|\)$/g, '')
    .split(' OR ')
    .some((choice) =>
      choice
        .split(' AND ')
        .every((licence) => ALLOWED.has(licence) || (licence === LGPL && LGPL_PACKAGES.test(path))),
    );
}

if (import.meta.main) {
  const lock = JSON.parse(readFileSync(join(programFolder, 'package-lock.json'), 'utf8'));
  const complaints = judgeLicences(lock.packages);
  for (const complaint of complaints) console.error(complaint);
  console.log(
    `${Object.keys(lock.packages).length - 1} packages, ${complaints.length} with a licence to look at`,
  );
  if (complaints.length > 0) process.exitCode = 1;
}
