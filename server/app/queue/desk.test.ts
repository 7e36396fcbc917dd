/** The desk alone, without an engine: what an attempt that is over still says is not heard. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TapestryError } from '#contracts/errors.ts';
import type { Assignment, DoneMessage, ImageMessage } from '#contracts/messages.ts';
import { createTestApp, type TestApp } from './testing/test-app.ts';

let app: TestApp;
beforeEach(() => {
  app = createTestApp();
});
afterEach(() => app.stop());

const died = { blame: true, error: new TapestryError('ENGINE_DIED', { reason: 'test' }), log: 'last words' };
const image = ({ jobId, fence, tempFolder }: Assignment): ImageMessage => {
  if (existsSync(tempFolder)) writeFileSync(join(tempFolder, '0.png'), 'picture');
  const picture = { index: 0, file: '0.png', format: 'png', width: 1, height: 1, seed: 7, subseed: 0 };
  return { type: 'image', jobId, fence, ...picture, infotext: '', grid: false };
};
const done = ({ jobId, fence }: Assignment): DoneMessage => {
  const none = { totalMs: 0, toFirstPredictMs: 0, loadMs: 0, conditionMs: 0, sampleMs: 0, decodeMs: 0 };
  const timings = { ...none, saveMs: 0, sessionRunMs: 0, predictCalls: 0 } as DoneMessage['timings'];
  return { type: 'done', jobId, fence, outcome: 'complete', warnings: [], info: {}, timings };
};

it('drops what an earlier attempt says', async () => {
  const { desk } = app.jobs;
  const job = await app.submit('apple');
  const first = (await desk.next())!;
  await desk.engineGone(died);
  const second = (await desk.next())!;
  expect(second.fence).toBeGreaterThan(first.fence);
  expect(second.tempFolder).not.toBe(first.tempFolder);
  await desk.receive(image(first));
  await desk.receive(done(first));
  expect(app.jobs.get(job.id)).toMatchObject({ state: 'leased', images: [] });
  await desk.receive(image(second));
  await desk.receive(done(second));
  await desk.receive(done(second));
  const finished = app.jobs.get(job.id)!;
  expect(finished).toMatchObject({ state: 'done', attempt: 2, log: 'last words' });
  expect(finished.images).toHaveLength(1);
  expect(existsSync(second.tempFolder)).toBe(false);
});

it('keeps the pictures of an attempt whose engine died, and takes each index once', async () => {
  const { desk } = app.jobs;
  const job = await app.submit('apple', { n_iter: 2 });
  const first = (await desk.next())!;
  await desk.receive(image(first));
  await desk.engineGone(died);
  expect(app.jobs.get(job.id)?.images).toHaveLength(1);
  const second = (await desk.next())!;
  await desk.receive(image(second));
  await desk.receive(done(second));
  const kinds = app.jobs.eventsOf(job.id).map((event) => event.kind);
  expect(kinds.filter((kind) => kind === 'image')).toHaveLength(1);
});

it('gives one job at a time', async () => {
  const { desk } = app.jobs;
  await app.submit('one');
  await app.submit('two');
  const held = await desk.next();
  expect((await desk.next())?.jobId).toBe(held?.jobId);
});

it('ends a job whose cancel came while it was being leased', async () => {
  const job = await app.submit('apple');
  const next = app.jobs.desk.next();
  app.jobs.cancel(job.id);
  expect(await next).toBeNull();
  expect(app.jobs.get(job.id)?.state).toBe('cancelled');
  expect(await app.store.queue.order()).toEqual([]);
});
