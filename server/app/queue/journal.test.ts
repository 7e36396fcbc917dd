import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestApp, type TestApp } from './testing/test-app.ts';

let app: TestApp;
beforeEach(() => {
  app = createTestApp();
});
afterEach(() => app.stop());

function addPictures(jobId: string, count: number): void {
  const common = { jobId, state: 'stored', saved: true, temp: '', bytes: 1, sha256: '', width: 1 } as const;
  const rest = { height: 1, seed: 1, subseed: 1, infotext: '', grid: false, createdAt: '' };
  app.store.transaction(() => {
    for (let index = 0; index < count; index++) {
      app.store.images.put({ id: `${jobId}-${index}`, index, path: `${index}.png`, ...common, ...rest });
    }
  });
}

it('gives the events of large jobs in parts that follow each other', async () => {
  const job = await app.submit('many pictures');
  for (let n = 0; n < 5; n++) app.store.events.append(job.id, 'image', 'now');
  addPictures(job.id, 900);
  const first = app.jobs.eventsOf(job.id);
  expect(first.map((event) => event.seq)).toEqual([1, 2]);
  expect(app.jobs.eventsAfter(2).map((event) => event.seq)).toEqual([3, 4]);
  addPictures(job.id, 5000);
  expect(app.jobs.eventsAfter(4)).toHaveLength(1);
});

it('goes on when a listener throws, and tells the others', async () => {
  const heard: string[] = [];
  app.jobs.onEvent(() => {
    throw new Error('listener');
  });
  const stop = app.jobs.onEvent((event) => heard.push(event.kind));
  await app.submit('one');
  stop();
  await app.submit('two');
  expect(heard).toEqual(['queued']);
});
