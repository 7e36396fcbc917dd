/** A real app process is killed at each step of a picture's way to its name; the next start must make it whole. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { createTestApp, type TestApp } from '../queue/testing/test-app.ts';

const SCRIPT = fileURLToPath(new URL('./testing/crashing-app.ts', import.meta.url));
let app: TestApp;
afterEach(() => app.stop());

async function crash(where: [when: string, call: string, count: number], prompts: string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'tapestry-crash-'));
  const child = fork(SCRIPT, [folder, ...where.map(String), ...prompts], { execArgv: [], stdio: 'pipe' });
  let text = '';
  child.stderr?.on('data', (chunk) => {
    text += chunk;
  });
  const [, signal] = await once(child, 'exit');
  expect(signal, text).toBe('SIGKILL');
  return folder;
}

function outputs(folder: string): string[] {
  const root = join(folder, 'outputs');
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.name}: ${readFileSync(join(entry.parentPath, entry.name), 'utf8')}`)
    .sort();
}

const POINTS: [string, string, number, string][] = [
  ['before', 'readFile', 1, 'the picture is painted, no row yet'],
  ['before', 'mkdir', 1, 'no folder yet'],
  ['before', 'link', 1, 'a pending row, no file'],
  ['after', 'link', 1, 'the file, its row still pending'],
  ['before', 'rm', 1, 'the row stored, the temporary still there'],
  ['before', 'writeFile', 1, 'the first picture whole, params.txt not'],
  ['before', 'link', 2, 'the first picture whole, the second pending'],
  ['after', 'link', 2, 'both files, the second row pending'],
  ['after', 'rm', 2, 'both whole, the job not told as done'],
];

it.each(POINTS)('killed %s %s %i (%s): both pictures once', async (when, call, count) => {
  const folder = await crash([when, call, count], ['apple']);
  app = createTestApp({ folder });
  const before = app.jobs.list()[0]!;
  expect(before.finishedAt).toBeNull();
  await app.start();
  const job = await app.end(before);
  expect(job).toMatchObject({ state: 'done', log: null });
  expect(job.images.map((image) => image.index)).toEqual([0, 1]);
  expect(job.images.map((image) => image.seed)).toEqual([7, 8]);
  expect(outputs(folder)).toEqual(['00000-7.png: picture 7', '00001-8.png: picture 8']);
  expect(job.images.map((image) => basename(image.file!))).toEqual(['00000-7.png', '00001-8.png']);
});

it('killed with one job running and five queued: all come out, none twice, in order', async () => {
  const prompts = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth'];
  const folder = await crash(['after', 'link', 1], prompts);
  app = createTestApp({ folder });
  const jobs = app.jobs.list();
  expect(jobs.map((job) => job.request.prompt)).toEqual(prompts);
  await app.start();
  const ends = await Promise.all(jobs.map((job) => app.end(job)));
  expect(ends.map((job) => job.state)).toEqual(prompts.map(() => 'done'));
  const finished = ends.map((job) => job.finishedAt!);
  expect(finished).toEqual([...finished].sort());
  expect(outputs(folder)).toHaveLength(12);
  expect(new Set(ends.flatMap((job) => job.images.map((image) => image.file))).size).toBe(12);
});
