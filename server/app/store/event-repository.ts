/** Stored events: only which job, what and when. The job itself is read beside it, so that an event stays small. */
import type { EventKind } from '#contracts/job.ts';
import type { Database } from './database.ts';

export interface EventRow {
  seq: number;
  jobId: string;
  kind: EventKind;
  at: string;
}

export interface EventRepository {
  /** Returns the number of the new event; numbers never repeat, not even after a removal. */
  append(jobId: string, kind: EventKind, at: string): number;
  /** Oldest first. */
  after(since: number, limit: number): EventRow[];
  of(jobId: string, since: number): EventRow[];
  /** Number of the newest event ever stored; 0 at first. */
  last(): number;
}

const FIELDS = 'seq, job_id AS jobId, kind, at';

export function createEventRepository(db: Database): EventRepository {
  return {
    append(jobId, kind, at) {
      const row = db.one<{ seq: number }>(
        'INSERT INTO events (job_id, kind, at) VALUES (?, ?, ?) RETURNING seq',
        jobId,
        kind,
        at,
      );
      return row!.seq;
    },
    after: (since, limit) =>
      db.all<EventRow>(`SELECT ${FIELDS} FROM events WHERE seq > ? ORDER BY seq LIMIT ?`, since, limit),
    of: (jobId, since) =>
      db.all<EventRow>(
        `SELECT ${FIELDS} FROM events WHERE job_id = ? AND seq > ? ORDER BY seq`,
        jobId,
        since,
      ),
    // Events go with their job; the sequence table remembers the highest number that was ever given.
    last: () => db.one<{ seq: number }>(`SELECT seq FROM sqlite_sequence WHERE name = 'events'`)?.seq ?? 0,
  };
}
