import { TapestryError } from '#contracts/errors.ts';
import type { JobQueue, Lease } from '../queue/job-queue.ts';
import type { Database } from './database.ts';

/**
 * The queue of one machine as a table. A row is there from `enqueue` to `settle`; `fence` is null while it waits.
 * @param options.limit rows that may wait at once
 */
export function createSqliteQueue(db: Database, options: { limit: number }): JobQueue {
  const current = 'id = ? AND fence = ?';
  const nextFence = () =>
    db.one<{ value: number }>(
      `INSERT INTO counters (name, value) VALUES ('fence', 1)
       ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value`,
    )!.value;

  return {
    async admit() {
      const { waiting } = db.one<{ waiting: number }>(
        'SELECT count(*) AS waiting FROM queue WHERE fence IS NULL',
      )!;
      if (waiting >= options.limit) throw new TapestryError('QUEUE_FULL', { value: options.limit });
    },
    async enqueue(id, { priority = 0 } = {}) {
      db.run('INSERT INTO queue (id, priority) VALUES (?, ?) ON CONFLICT (id) DO NOTHING', id, priority);
    },
    async lease(worker) {
      return db.transaction(() => {
        const next = db.one<{ id: string }>(
          'SELECT id FROM queue WHERE fence IS NULL ORDER BY priority DESC, place LIMIT 1',
        );
        if (next === null) return null;
        return db.one<Lease>(
          `UPDATE queue SET fence = ?, worker = ?, attempt = attempt + 1 WHERE id = ?
           RETURNING id, attempt, deaths, fence`,
          nextFence(),
          worker,
          next.id,
        );
      });
    },
    settle: async (lease) => db.run(`DELETE FROM queue WHERE ${current}`, lease.id, lease.fence) > 0,
    giveBack: async (lease, { died }) =>
      db.run(
        `UPDATE queue SET fence = NULL, worker = NULL, deaths = deaths + ? WHERE ${current}`,
        died ? 1 : 0,
        lease.id,
        lease.fence,
      ) > 0,
    remove: async (id) => db.run('DELETE FROM queue WHERE id = ? AND fence IS NULL', id) > 0,
    recover: async (worker) =>
      db
        .all<{ id: string }>(
          'UPDATE queue SET fence = NULL, worker = NULL WHERE fence IS NOT NULL AND worker = ? RETURNING id',
          worker,
        )
        .map((row) => row.id),
    order: async () =>
      db
        .all<{ id: string }>('SELECT id FROM queue ORDER BY fence IS NULL, priority DESC, place')
        .map((row) => row.id),
  };
}
