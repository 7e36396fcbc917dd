/** What every implementation of `JobQueue` must do. */
import { afterEach, describe, expect, it } from 'vitest';
import type { JobQueue } from '../job-queue.ts';

/** @param open a fresh, empty queue that takes `limit` waiting jobs */
export function testJobQueue(
  name: string,
  open: (limit: number) => Promise<{ queue: JobQueue; close: () => Promise<void> }>,
): void {
  describe(`${name} as a JobQueue`, () => {
    let close = async () => {};
    const fresh = async (limit = 10) => {
      const opened = await open(limit);
      close = opened.close;
      return opened.queue;
    };
    afterEach(() => close());

    it('leases in order of arrival, higher priorities first', async () => {
      const queue = await fresh();
      await queue.enqueue('a');
      await queue.enqueue('b');
      await queue.enqueue('urgent', { priority: 1 });
      expect(await queue.order()).toEqual(['urgent', 'a', 'b']);
      const ids = [await queue.lease('w'), await queue.lease('w'), await queue.lease('w')];
      expect(ids.map((lease) => lease?.id)).toEqual(['urgent', 'a', 'b']);
      expect(await queue.lease('w')).toBeNull();
    });

    it('keeps the place of a job that is enqueued twice', async () => {
      const queue = await fresh();
      await queue.enqueue('a');
      await queue.enqueue('b');
      await queue.enqueue('a');
      expect(await queue.order()).toEqual(['a', 'b']);
    });

    it('gives rising fences and attempts, and the old place back', async () => {
      const queue = await fresh();
      await queue.enqueue('a');
      await queue.enqueue('b');
      const first = (await queue.lease('w'))!;
      expect(first).toMatchObject({ id: 'a', attempt: 1, deaths: 0 });
      expect(await queue.giveBack(first, { died: true })).toBe(true);
      const second = (await queue.lease('w'))!;
      expect(second).toMatchObject({ id: 'a', attempt: 2, deaths: 1 });
      expect(second.fence).toBeGreaterThan(first.fence);
      await queue.giveBack(second, { died: false });
      expect(await queue.lease('w')).toMatchObject({ id: 'a', attempt: 3, deaths: 1 });
    });

    it('refuses leases that are over', async () => {
      const queue = await fresh();
      await queue.enqueue('a');
      const stale = (await queue.lease('w'))!;
      await queue.giveBack(stale, { died: false });
      const current = (await queue.lease('w'))!;
      expect(await queue.settle(stale)).toBe(false);
      expect(await queue.giveBack(stale, { died: true })).toBe(false);
      expect(await queue.order()).toEqual(['a']);
      expect(await queue.settle(current)).toBe(true);
      expect(await queue.settle(current)).toBe(false);
      expect(await queue.order()).toEqual([]);
    });

    it('takes out waiting jobs only', async () => {
      const queue = await fresh();
      await queue.enqueue('a');
      await queue.enqueue('b');
      const lease = (await queue.lease('w'))!;
      expect(await queue.remove('a')).toBe(false);
      expect(await queue.remove('b')).toBe(true);
      expect(await queue.remove('b')).toBe(false);
      expect(await queue.order()).toEqual(['a']);
      await queue.settle(lease);
    });

    it('frees what a worker held in a former life, uncounted, and only that', async () => {
      const queue = await fresh();
      for (const id of ['a', 'b', 'c']) await queue.enqueue(id);
      const lost = (await queue.lease('w'))!;
      await queue.lease('other');
      expect(await queue.recover('w')).toEqual(['a']);
      expect(await queue.settle(lost)).toBe(false);
      expect(await queue.order()).toEqual(['b', 'a', 'c']);
      expect(await queue.lease('w')).toMatchObject({ id: 'a', attempt: 2, deaths: 0 });
    });

    it('admits no more than its limit of waiting jobs', async () => {
      const queue = await fresh(2);
      await queue.enqueue('a');
      await queue.admit();
      await queue.enqueue('b');
      await expect(queue.admit()).rejects.toMatchObject({ code: 'QUEUE_FULL', status: 503 });
      await queue.lease('w');
      await queue.admit();
    });
  });
}
