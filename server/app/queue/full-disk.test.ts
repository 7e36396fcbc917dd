/** On a small disk of our own, which takes the right to mount one: database, temporary files and outputs all lie on it. */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestApp, type TestApp, until } from './testing/test-app.ts';

let folder: string;
let app: TestApp;
const mount = (at: string) =>
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', at], { stdio: 'ignore' });
const unmount = (at: string) => execFileSync('umount', ['-l', at]);

const canMount = (() => {
  const probe = mkdtempSync(join(tmpdir(), 'tapestry-mount-'));
  try {
    mount(probe);
    unmount(probe);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
})();

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tapestry-full-'));
  if (!canMount) return;
  mount(folder);
  app = createTestApp({ folder });
  await app.start();
});
afterEach(async () => {
  if (canMount) {
    await app.stop(false);
    unmount(folder);
  }
  rmSync(folder, { recursive: true, force: true });
});

function fill(): () => void {
  const path = join(folder, 'filler');
  const file = openSync(path, 'w');
  for (const size of [65_536, 4096, 1]) {
    try {
      for (;;) writeSync(file, Buffer.alloc(size));
    } catch {
      // Full for pieces of this size.
    }
  }
  closeSync(file);
  return () => rmSync(path);
}

it.skipIf(!canMount)('tells the client, fails the running job, and goes on once there is room', async () => {
  const job = await app.submit('slow 100', { steps: 10, n_iter: 2 });
  await until(() => app.jobs.get(job.id)?.state === 'running');
  const free = fill();
  await expect(
    (async () => {
      // The database has some room in pages it has taken already.
      for (let i = 0; i < 200; i++) await app.submit('x'.repeat(10_000));
    })(),
  ).rejects.toMatchObject({ code: 'DISK_FULL', status: 507 });
  await new Promise((resolve) => setTimeout(resolve, 2500));
  expect(app.jobs.get(job.id)).toMatchObject({ id: job.id });
  free();
  const ended = await app.end(job);
  expect(ended).toMatchObject({ state: 'failed', error: { code: 'DISK_FULL' } });
  const next = await app.submit('there is room');
  expect((await app.end(next)).state).toBe('done');
});
