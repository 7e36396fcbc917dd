/** Job rows. A row outlives its attempts: queue entries and leases are the queue's. */
import type { ErrorRecord } from '#contracts/errors.ts';
import type { Job, JobState, TaskName } from '#contracts/job.ts';
import type { DoneMessage } from '#contracts/messages.ts';
import type { PictureJob } from '#contracts/request.ts';
import type { Database } from './database.ts';

/** A stored job. Contracts' `Job` is made of it, its pictures, its place and its progress. */
export interface JobRow {
  id: string;
  task: TaskName;
  state: JobState;
  source: Job['source'];
  priority: number;
  /** False: ends as `abandoned` when nobody waits for it. */
  keep: boolean;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  attempt: number;
  job: PictureJob;
  warnings: string[];
  error: ErrorRecord | null;
  log: string | null;
  done: DoneMessage | null;
}

export type JobPatch = Partial<
  Pick<
    JobRow,
    'state' | 'startedAt' | 'finishedAt' | 'attempt' | 'warnings' | 'error' | 'log' | 'done' | 'keep'
  >
>;

export interface JobRepository {
  insert(row: JobRow): void;
  get(id: string): JobRow | null;
  update(id: string, patch: JobPatch): void;
  /** In the order in which they are or will be run: held by an engine first, then by priority and arrival. */
  unfinished(): JobRow[];
  unfinishedIds(): string[];
  /** Newest first. */
  finished(limit: number): JobRow[];
  /** Ids of finished jobs beyond the newest `keep` ones. */
  finishedBeyond(keep: number): string[];
  /** Ids of jobs that finished before `time`. */
  finishedBefore(time: string): string[];
  remove(id: string): void;
}

const ACTIVE = `state IN ('queued', 'leased', 'running')`;
const RUN_ORDER = `ORDER BY state = 'queued', priority DESC, number`;

const COLUMNS = {
  state: 'state',
  startedAt: 'started_at',
  finishedAt: 'finished_at',
  attempt: 'attempt',
  warnings: 'warnings',
  error: 'error',
  log: 'log',
  done: 'done',
  keep: 'keep',
} as const satisfies Record<keyof JobPatch, string>;

const JSON_FIELDS: ReadonlySet<string> = new Set(['warnings', 'error', 'done']);

interface RawJob {
  id: string;
  task: TaskName;
  state: JobState;
  source: Job['source'];
  priority: number;
  keep: number;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  attempt: number;
  job: string;
  warnings: string;
  error: string | null;
  log: string | null;
  done: string | null;
}

export function createJobRepository(db: Database): JobRepository {
  const ids = (rows: { id: string }[]) => rows.map((row) => row.id);
  return {
    insert(row) {
      db.run(
        `INSERT INTO jobs (id, task, state, source, priority, keep, created_at, job, warnings)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        row.id,
        row.task,
        row.state,
        row.source,
        row.priority,
        row.keep ? 1 : 0,
        row.createdAt,
        JSON.stringify(row.job),
        JSON.stringify(row.warnings),
      );
    },
    get(id) {
      const raw = db.one<RawJob>('SELECT * FROM jobs WHERE id = ?', id);
      return raw === null ? null : toJobRow(raw);
    },
    update(id, patch) {
      const entries = Object.entries(patch) as [keyof JobPatch, unknown][];
      if (entries.length === 0) return;
      const sets = entries.map(([key]) => `${COLUMNS[key]} = ?`).join(', ');
      db.run(`UPDATE jobs SET ${sets} WHERE id = ?`, ...entries.map(([key, value]) => toSql(key, value)), id);
    },
    unfinished: () => db.all<RawJob>(`SELECT * FROM jobs WHERE ${ACTIVE} ${RUN_ORDER}`).map(toJobRow),
    unfinishedIds: () => ids(db.all(`SELECT id FROM jobs WHERE ${ACTIVE} ${RUN_ORDER}`)),
    finished: (limit) =>
      db
        .all<RawJob>(
          `SELECT * FROM jobs WHERE NOT ${ACTIVE} ORDER BY finished_at DESC, number DESC LIMIT ?`,
          limit,
        )
        .map(toJobRow),
    finishedBeyond: (keep) =>
      ids(
        db.all(
          `SELECT id FROM jobs WHERE NOT ${ACTIVE} ORDER BY finished_at DESC, number DESC LIMIT -1 OFFSET ?`,
          keep,
        ),
      ),
    finishedBefore: (time) =>
      ids(db.all(`SELECT id FROM jobs WHERE NOT ${ACTIVE} AND finished_at < ?`, time)),
    remove(id) {
      db.run('DELETE FROM events WHERE job_id = ?', id);
      db.run('DELETE FROM jobs WHERE id = ?', id);
    },
  };
}

function toSql(key: keyof JobPatch, value: unknown): string | number | null {
  if (value === null || value === undefined) return null;
  if (JSON_FIELDS.has(key)) return JSON.stringify(value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  return value as string | number;
}

function toJobRow(raw: RawJob): JobRow {
  const json = <T>(text: string | null): T | null => (text === null ? null : (JSON.parse(text) as T));
  return {
    id: raw.id,
    task: raw.task,
    state: raw.state,
    source: raw.source,
    priority: raw.priority,
    keep: raw.keep === 1,
    createdAt: raw.created_at,
    startedAt: raw.started_at,
    finishedAt: raw.finished_at,
    attempt: raw.attempt,
    job: JSON.parse(raw.job) as PictureJob,
    warnings: JSON.parse(raw.warnings) as string[],
    error: json<ErrorRecord>(raw.error),
    log: raw.log,
    done: json<DoneMessage>(raw.done),
  };
}
