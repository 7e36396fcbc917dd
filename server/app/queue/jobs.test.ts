/** Jobs from submission to picture, through a real child process that stands in for an engine. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { JobEvent } from '#contracts/job.ts';
import { createTestApp, type TestApp, type TestAppOptions, testInput, until } from './testing/test-app.ts';

let app: TestApp;
const begin = async (options: TestAppOptions = {}) => {
  app = createTestApp(options);
  await app.start();
  return app;
};
afterEach(() => app.stop());

const kinds = (events: JobEvent[]) => events.map((event) => event.kind);
const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
const running = (id: string) => () => app.jobs.get(id)?.state === 'running';

describe('a job', () => {
  it('is painted, saved under its seed and told in numbered events', async () => {
    const { jobs, submit, end, folder } = await begin();
    const job = await submit('a red apple twice', { n_iter: 2 });
    expect(job).toMatchObject({ state: 'queued', position: 0, attempt: 0 });
    const done = await end(job);
    expect(done).toMatchObject({ state: 'done', attempt: 1, position: null, progress: null });
    expect(done.warnings).toEqual(['painted by a stand-in']);
    const files = done.images.map((image) => image.file!);
    const [date] = /\d{4}-\d\d-\d\d/.exec(files[0]!)!;
    expect(files).toEqual([
      join('outputs', 'txt2img-images', date, '00000-7.png'),
      join('outputs', 'txt2img-images', date, '00001-8.png'),
    ]);
    expect(readFileSync(join(folder, files[1]!), 'utf8')).toBe('picture 8');
    expect(readFileSync(join(folder, 'params.txt'), 'utf8')).toContain('Seed: 7');
    const events = jobs.eventsOf(job.id);
    expect(kinds(events)).toEqual(['queued', 'started', 'image', 'image', 'done']);
    const seqs = events.map((event) => event.seq);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    expect(jobs.lastSeq()).toBe(seqs.at(-1));
    await until(() => readdirSync(join(app.state, 'attempts')).length === 0);
  });

  it('reports progress that only rises, an ETA once measured, and the newest preview', async () => {
    const { jobs, submit, end } = await begin();
    const fractions: number[] = [];
    const etas: (number | null)[] = [];
    const previews: number[] = [];
    jobs.onProgress((progress) => {
      fractions.push(progress.fraction);
      etas.push(progress.etaSeconds);
    });
    jobs.onPreview((preview) => previews.push(preview.step));
    const job = await submit('slow 20', { n_iter: 2 });
    await until(running(job.id));
    await until(() => jobs.latestPreview(job.id) !== null);
    expect(jobs.runningId()).toBe(job.id);
    await end(job);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions[0]).toBe(0.01);
    expect(fractions.at(-1)).toBe(0.99);
    expect(etas[0]).toBeNull();
    expect(Math.max(...etas.map(Number))).toBeGreaterThan(0.02);
    expect(etas.at(-1)).toBe(0);
    expect(previews.length).toBeGreaterThan(2);
    expect(jobs.latestPreview(job.id)).toBeNull();
    expect(jobs.latestProgress()).toBeNull();
  });

  it('waits in line, and knows its place', async () => {
    const { jobs, submit, end } = await begin();
    const list = [await submit('slow 50'), await submit('second'), await submit('third')];
    await until(running(list[0]!.id));
    expect(list.map((job) => jobs.get(job.id)?.position)).toEqual([0, 1, 2]);
    expect(jobs.list().map((job) => job.id)).toEqual(list.map((job) => job.id));
    for (const job of list) expect((await end(job)).state).toBe('done');
  });

  it('fails with the engine`s own error, and the queue goes on', async () => {
    const { submit, end } = await begin();
    const bad = await submit('fail');
    const good = await submit('fine');
    expect(await end(bad)).toMatchObject({ state: 'failed', error: { code: 'OUT_OF_MEMORY' } });
    expect((await end(good)).state).toBe('done');
  });

  it('keeps unsaved pictures as its result only', async () => {
    const { jobs, submit, folder } = await begin();
    const job = await submit('not saved', {}, { save: false });
    const finished = await jobs.waitFor(job.id);
    expect(finished.job.images[0]).toMatchObject({ file: null, url: `/api/images/${job.id}-0` });
    expect(Buffer.from(await finished.readImage(0)).toString()).toBe('picture 7');
    await expect(finished.readImage(1)).rejects.toMatchObject({ code: 'INVALID_FIELD' });
    expect(finished.done?.outcome).toBe('complete');
    expect(existsSync(join(folder, 'outputs'))).toBe(false);
  });
});

describe('interrupt, skip and cancel', () => {
  it('interrupt saves what is there and ends as done', async () => {
    const { jobs, submit, end } = await begin();
    const job = await submit('slow 30', { steps: 50, n_iter: 3 });
    await until(running(job.id));
    jobs.interrupt(job.id);
    jobs.interrupt(job.id); // a double click is one click
    const done = await end(job);
    expect(done.state).toBe('done');
    expect(done.images).toHaveLength(1);
    expect(done.attempt).toBe(1);
  });

  it('skip goes on with the next batch', async () => {
    const { jobs, submit, end } = await begin();
    const job = await submit('slow 20', { steps: 30, n_iter: 2 });
    await until(running(job.id));
    jobs.skip(job.id);
    const done = await end(job);
    expect(done.images).toHaveLength(2);
  });

  it('cancel drops a running job and a waiting one', async () => {
    const { jobs, submit, end, folder } = await begin();
    const first = await submit('slow 30', { steps: 50 });
    const second = await submit('waiting');
    const third = await submit('waiting too');
    await until(running(first.id));
    jobs.cancel(second.id);
    expect(jobs.get(second.id)).toMatchObject({ state: 'cancelled', error: { code: 'CANCELLED' } });
    jobs.interrupt(third.id);
    expect(jobs.get(third.id)?.state).toBe('cancelled');
    jobs.cancel(first.id);
    expect((await end(first)).state).toBe('cancelled');
    expect(existsSync(join(folder, 'outputs'))).toBe(false);
    expect(() => jobs.cancel(first.id)).toThrow(expect.objectContaining({ code: 'JOB_FINISHED' }));
    expect(() => jobs.cancel('nobody')).toThrow(expect.objectContaining({ code: 'UNKNOWN_JOB' }));
  });

  it('ends an engine that does not obey when the user asks again, without retry', async () => {
    const { jobs, submit, end } = await begin();
    const job = await submit('deaf slow 20', { steps: 1000 });
    const next = await submit('next');
    await until(running(job.id));
    jobs.cancel(job.id);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(jobs.get(job.id)?.state).toBe('running');
    jobs.cancel(job.id);
    expect(await end(job)).toMatchObject({ state: 'cancelled', attempt: 1 });
    expect((await end(next)).state).toBe('done');
  });
});

describe('an engine that does not obey', () => {
  it('is ended after ten seconds', async () => {
    const { jobs, submit, end } = await begin();
    const job = await submit('deaf slow 20', { steps: 1000 });
    await until(running(job.id));
    const start = performance.now();
    jobs.cancel(job.id);
    expect(await end(job)).toMatchObject({ state: 'cancelled', attempt: 1 });
    expect(performance.now() - start).toBeGreaterThan(9_900);
  });
});

describe('an engine that dies', () => {
  it('has its job painted by the next engine, once', async () => {
    const { jobs, submit, end, folder } = await begin();
    const mark = join(folder, 'crashed');
    const job = await submit(`crash-once ${mark}`, { n_iter: 2 });
    const done = await end(job);
    expect(done).toMatchObject({ state: 'done', attempt: 2 });
    expect(done.images).toHaveLength(2);
    expect(done.log).toContain('fatal: out of luck');
    expect(kinds(jobs.eventsOf(job.id))).toContain('retried');
  });

  it('quarantines the job at the second death with the log, and the queue goes on', async () => {
    const { submit, end } = await begin();
    const bad = await submit('crash');
    const good = await submit('fine');
    const ended = await end(bad);
    expect(ended).toMatchObject({ state: 'quarantined', attempt: 2, error: { code: 'ENGINE_DIED' } });
    expect(ended.log).toContain('fatal: out of luck');
    expect((await end(good)).state).toBe('done');
  });

  it('survives kill -9 in the middle of a step', async () => {
    const { jobs, supervisor, submit, end } = await begin();
    const job = await submit('slow 40', { steps: 20 });
    await until(running(job.id));
    const engine = enginePid();
    process.kill(engine, 'SIGKILL');
    const done = await end(job);
    expect(done).toMatchObject({ state: 'done', attempt: 2 });
    expect(enginePid()).not.toBe(engine);
    expect(supervisor.status()).toMatchObject({ provider: 'cpu' });
    expect(jobs.runningId()).toBeNull();
  });

  it('is not held against the job when somebody ended it politely', async () => {
    const { submit, end } = await begin();
    const job = await submit('slow 40', { steps: 10 });
    for (let time = 0; time < 3; time++) {
      await until(running(job.id));
      process.kill(enginePid(), 'SIGTERM');
      await until(() => app.jobs.get(job.id)?.state !== 'running');
    }
    expect(await end(job)).toMatchObject({ state: 'done', attempt: 4, log: null });
  });

  it('that never starts: those who wait are told, kept jobs stay', async () => {
    const { submit, end, supervisor, jobs } = await begin({
      engineArgs: ['--broken'],
      limits: { backoffMostMs: 20 },
    });
    const kept = await submit('patient');
    const asked = await submit('in a hurry', {}, { save: false, keepWithoutWaiter: false });
    const ended = await end(asked);
    expect(ended).toMatchObject({ state: 'failed', error: { code: 'ENGINE_UNAVAILABLE' } });
    expect(ended.error?.message).toContain('no such device');
    await until(() => supervisor.status().notes.length > 0);
    expect(supervisor.status().notes[0]).toContain('exit code 3: no such device');
    expect(jobs.get(kept.id)?.state).toBe('queued');
  });
});

describe('the door of the queue', () => {
  it('gives the same job for the same key and body, and refuses another body', async () => {
    const { jobs } = await begin();
    const input = (prompt: string) => testInput(prompt, {}, { idempotencyKey: 'k' });
    const [first, second] = await Promise.all([jobs.submit(input('one')), jobs.submit(input('one'))]);
    expect(second.id).toBe(first.id);
    expect((await jobs.submit(input('one'))).id).toBe(first.id);
    await expect(jobs.submit(input('two'))).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
  });

  it('is shut when the queue is full, and nothing is left of the refused job', async () => {
    app = createTestApp({ queueLimit: 2 });
    await app.submit('one');
    await app.submit('two');
    const before = app.jobs.lastSeq();
    await expect(app.submit('three')).rejects.toMatchObject({ code: 'QUEUE_FULL' });
    expect(app.jobs.list()).toHaveLength(2);
    expect(app.jobs.lastSeq()).toBe(before);
  });

  it('abandons an unsaved job when the last one who waited is gone', async () => {
    const { jobs, submit, end } = await begin();
    const nobody = { save: false, keepWithoutWaiter: false };
    const run = await submit('slow 20', { steps: 500 }, nobody);
    const queued = await submit('never', {}, nobody);
    const wanted = await submit('wanted', {}, { ...nobody, save: true });
    await until(running(run.id));
    const [a, b, c] = [new AbortController(), new AbortController(), new AbortController()];
    const waits = [
      jobs.waitFor(run.id, a.signal),
      jobs.waitFor(run.id, b.signal),
      jobs.waitFor(queued.id, b.signal),
      jobs.waitFor(wanted.id, c.signal),
    ].map((wait) => wait.catch(() => 'gone'));
    a.abort();
    c.abort();
    expect(jobs.get(run.id)?.state).toBe('running');
    b.abort();
    expect(await Promise.all(waits)).toEqual(['gone', 'gone', 'gone', 'gone']);
    expect(jobs.get(queued.id)).toMatchObject({ state: 'abandoned', error: { code: 'ABANDONED' } });
    expect((await end(run)).state).toBe('abandoned');
    expect((await end(wanted)).state).toBe('done');
  });
});

describe('retention', () => {
  it('drops results that were not saved after a day, and keys with them', async () => {
    let at = new Date('2026-01-01T00:00:00Z');
    const { jobs, end } = await begin({ now: () => at });
    const unsaved = testInput('x', {}, { save: false, idempotencyKey: 'k' });
    const job = await end(await jobs.submit(unsaved));
    const saved = await end(await jobs.submit(testInput('y')));
    await jobs.prune();
    expect(jobs.get(job.id)?.images).toHaveLength(1);
    at = new Date('2026-01-02T00:00:01Z');
    await jobs.prune();
    expect(jobs.get(job.id)?.images).toEqual([]);
    expect(existsSync(join(app.state, 'results', job.id))).toBe(false);
    expect(jobs.get(saved.id)?.images).toHaveLength(1);
    expect((await jobs.submit(unsaved)).id).not.toBe(job.id);
  });

  it('abandons at the next start what somebody waited for', async () => {
    app = createTestApp();
    const asked = await app.submit('x', {}, { save: false, keepWithoutWaiter: false });
    const kept = await app.submit('y');
    await app.start();
    expect(app.jobs.get(asked.id)?.state).toBe('abandoned');
    expect((await app.end(kept)).state).toBe('done');
  });
});

describe('stopping', () => {
  it('leaves no process, and the running job to the next start, uncounted', async () => {
    const { submit, folder } = await begin();
    const job = await submit('slow 50', { steps: 20 });
    await until(running(job.id));
    const engine = enginePid();
    await app.stop(false);
    expect(alive(engine)).toBe(false);
    app = createTestApp({ folder });
    expect(app.jobs.get(job.id)?.state).toBe('queued');
    await app.start();
    expect(await app.end(job)).toMatchObject({ state: 'done', attempt: 2, log: null });
  });

  it('stops an engine that blocks its loop', async () => {
    const { submit } = await begin({ limits: { stopMs: 200 } });
    const job = await submit('hang');
    await until(() => (app.jobs.latestProgress()?.step ?? 0) >= 1);
    const engine = enginePid();
    await app.supervisor.stop();
    expect(alive(engine)).toBe(false);
    expect(app.jobs.get(job.id)?.state).toBe('queued');
  });
});

function enginePid(): number {
  const memory = app.supervisor.memory();
  if (memory === null) throw new Error('no engine runs');
  return memory.pid;
}
