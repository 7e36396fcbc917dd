/**
 * Changes of a job's row and its queue entry together. The row is written first: what it says counts, and a restart
 * brings the queue in line with it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { TapestryError } from '#contracts/errors.ts';
import type { JobPatch, JobRow } from '../store/job-repository.ts';
import type { Store } from '../store/store.ts';
import type { Ending } from './ending.ts';
import type { JobLog } from './job-log.ts';
import type { JobQueue, Lease } from './job-queue.ts';
import type { Journal } from './journal.ts';

export interface JobRecords {
  /** The row of a job that an engine now holds; null where the job was ended meanwhile. `taken` runs with the change. */
  take(lease: Lease, taken: (row: JobRow) => void): Promise<boolean>;
  running(jobId: string): void;
  warn(jobId: string, warning: string): void;
  /** `left` runs with the change: what is told of the job from then on knows no engine. */
  finish(lease: Lease, ending: Ending, left: () => void): Promise<void>;
  giveBack(lease: Lease, death: { log: string } | null, left: () => void): Promise<void>;
  /** Fails waiting jobs that somebody waits for and that would be dropped otherwise. */
  failDroppable(error: TapestryError): Promise<void>;
  /** Ends the retries of failed writes. */
  close(): void;
}

export interface JobRecordsDeps {
  store: Pick<Store, 'jobs'>;
  queue: JobQueue;
  journal: Journal;
  log: JobLog;
  now: () => Date;
}

const RETRY_MS = 1000;

export function createJobRecords({ store, queue, journal, log, now }: JobRecordsDeps): JobRecords {
  let closed = false;

  /** A full disk stops the database too. An end must be written some time, so this waits until it can be. */
  async function persist(body: () => unknown): Promise<void> {
    do {
      try {
        await body();
        return;
      } catch (thrown) {
        log.error(`the job database cannot be written, trying again: ${String(thrown)}`);
        await delay(RETRY_MS);
      }
    } while (!closed);
  }

  const warningsOf = (jobId: string) => store.jobs.get(jobId)?.warnings ?? [];

  return {
    async take(lease, taken) {
      let found = false;
      await persist(() => {
        const row = store.jobs.get(lease.id);
        if (row?.state !== 'queued') return;
        const startedAt = row.startedAt ?? now().toISOString();
        store.jobs.update(lease.id, { state: 'leased', attempt: lease.attempt, startedAt });
        found = true;
        taken(row);
      });
      if (!found) await persist(() => queue.settle(lease));
      return found;
    },
    running(jobId) {
      journal.write((note) => {
        store.jobs.update(jobId, { state: 'running' });
        note(jobId, 'started');
      });
    },
    warn(jobId, warning) {
      journal.write((note) => {
        store.jobs.update(jobId, { warnings: [...warningsOf(jobId), warning] });
        note(jobId, 'warning');
      });
    },
    async finish(lease, { state, warnings, error, log: text, done }, left) {
      await persist(() =>
        journal.write((note) => {
          const patch: JobPatch = { state, finishedAt: now().toISOString() };
          patch.warnings = [...warningsOf(lease.id), ...warnings];
          if (error !== undefined) patch.error = error;
          if (text !== undefined) patch.log = text;
          if (done !== undefined) patch.done = done;
          store.jobs.update(lease.id, patch);
          note(lease.id, state);
          left();
        }),
      );
      await persist(() => queue.settle(lease));
    },
    async giveBack(lease, death, left) {
      await persist(() => queue.giveBack(lease, { died: death !== null }));
      await persist(() =>
        journal.write((note) => {
          store.jobs.update(lease.id, { state: 'queued', ...death });
          note(lease.id, 'retried');
          left();
        }),
      );
    },
    async failDroppable(error) {
      for (const { id, keep } of store.jobs.unfinished()) {
        if (keep || !(await queue.remove(id))) continue;
        await persist(() =>
          journal.write((note) => {
            const finishedAt = now().toISOString();
            store.jobs.update(id, { state: 'failed', finishedAt, error: error.toRecord() });
            note(id, 'failed');
          }),
        );
      }
    },
    close() {
      closed = true;
    },
  };
}
