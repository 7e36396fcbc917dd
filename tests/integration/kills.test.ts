/** `kill -9` of the engine and of the app: no job is lost, none is painted twice. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Job } from '#contracts/job.ts';
import { removeDataFolder, startApp, type TestApp, until } from '../support/app.ts';
import { atStep, finished, getJob, imageBytes, paint, QUICK, submit } from '../support/client.ts';

let app: TestApp;

afterEach(async () => {
  await app.stop();
  await removeDataFolder(app.dataFolder);
});

async function enginePid(): Promise<number> {
  let pid: number | null = null;
  await until(async () => {
    const status = (await (await fetch(`${app.url}/api/status`)).json()) as { pid: number | null };
    pid = status.pid;
    return pid !== null;
  });
  return pid!;
}

const savedPictures = (folder: string) =>
  readdirSync(join(folder, 'outputs', 'txt2img-images'), { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.png'));

describe('kill -9 of the engine', () => {
  it('is survived: the job is retried in a new engine and gives the same picture', async () => {
    app = await startApp();
    const calm = await paint(app.url, { ...QUICK, steps: 60 });
    const { job } = await submit(app.url, { ...QUICK, steps: 60 });
    await atStep(app.url, job.id, 2);
    process.kill(await enginePid(), 'SIGKILL');
    const done = await finished(app.url, job.id);
    expect(done).toMatchObject({ state: 'done', attempt: 2 });
    expect((await imageBytes(app.url, done)).equals(await imageBytes(app.url, calm))).toBe(true);
  });

  it('twice under one job quarantines it with its log, and the queue goes on', async () => {
    app = await startApp();
    const { job } = await submit(app.url, { ...QUICK, steps: 900 });
    const next = await submit(app.url, QUICK);
    for (const attempt of [1, 2]) {
      await until(async () => (await getJob(app.url, job.id)).attempt === attempt);
      await atStep(app.url, job.id, 2);
      process.kill(await enginePid(), 'SIGKILL');
    }
    const dead = await finished(app.url, job.id);
    expect(dead.state).toBe('quarantined');
    expect(dead.error).toMatchObject({ code: 'ENGINE_DIED' });
    expect(typeof dead.log).toBe('string');
    expect((await finished(app.url, next.job.id)).state).toBe('done');
  });
});

describe('kill -9 of the app', () => {
  it('with one job running and five queued: all come out after a restart, none twice', async () => {
    app = await startApp();
    const jobs: Job[] = [];
    for (let i = 0; i < 6; i++) {
      jobs.push((await submit(app.url, { ...QUICK, steps: 40, seed: 100 + i, n_iter: 2 })).job);
    }
    await until(async () => (await getJob(app.url, jobs[0]!.id)).images.length > 0);
    const engine = await enginePid();
    await app.kill();
    await until(() => !isAlive(engine));
    app = await startApp({ dataFolder: app.dataFolder });
    for (const { id } of jobs) {
      const done = await finished(app.url, id);
      expect(done.state).toBe('done');
      expect(done.images.map((image) => image.index)).toEqual([0, 1]);
    }
    const seeds = savedPictures(app.dataFolder).map((name) => Number(/-(\d+)\.png$/.exec(name)![1]));
    const expected = jobs.flatMap((_, i) => [100 + i, 101 + i]);
    expect(seeds.sort()).toEqual(expected.sort());
  });
});

describe('a restart', () => {
  it('changes no byte of what a seed paints', async () => {
    app = await startApp();
    const before = await imageBytes(app.url, await paint(app.url, QUICK));
    expect(await app.stop()).toBe(0);
    app = await startApp({ dataFolder: app.dataFolder });
    expect((await imageBytes(app.url, await paint(app.url, QUICK))).equals(before)).toBe(true);
  });
});

describe('Ctrl-C', () => {
  it('ends the app cleanly and leaves no process behind, also in the middle of a job', async () => {
    app = await startApp();
    const { job } = await submit(app.url, { ...QUICK, steps: 400 });
    await atStep(app.url, job.id, 2);
    const engine = await enginePid();
    expect(await app.stop()).toBe(0);
    await until(() => !isAlive(engine), 5000);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
