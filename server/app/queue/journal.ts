import type { EventKind, Job, JobEvent } from '#contracts/job.ts';
import type { EventRow } from '../store/event-repository.ts';
import type { JobRow } from '../store/job-repository.ts';
import type { Store } from '../store/store.ts';
import { type JobViewDeps, toJob } from './job-view.ts';

/** Adds an event to the transaction that is running. */
export type Note = (jobId: string, kind: EventKind) => void;

/** Changes and their events: committed together, told only after the commit. */
export interface Journal {
  write<T>(change: (note: Note) => T): T;
  get(id: string): Job | null;
  list(limit: number): Job[];
  /** Oldest first; fewer than there are where they would be large: ask again from the last one. */
  eventsAfter(since: number, limit: number): JobEvent[];
  eventsOf(jobId: string, since: number): JobEvent[];
  onEvent(listener: (event: JobEvent) => void): () => void;
}

export interface JournalDeps extends JobViewDeps {
  store: Pick<Store, 'jobs' | 'events' | 'transaction'>;
  now: () => Date;
  /** A listener threw. */
  onError: (thrown: unknown) => void;
}

/** Pictures that the events of one answer may name in all: each event carries its whole job. */
const MOST_PICTURES = 2000;

export function createJournal(deps: JournalDeps): Journal {
  const { store, now } = deps;
  const listeners = new Set<(event: JobEvent) => void>();

  const places = () => new Map(store.jobs.unfinishedIds().map((id, index) => [id, index]));
  const view = (row: JobRow, among: Map<string, number>) => toJob(row, among.get(row.id) ?? null, deps);

  /** Events tell the job as it is now: later news is as good, and a job is built once however many tell of it. */
  function toEvents(rows: EventRow[]): JobEvent[] {
    const among = places();
    const jobs = new Map<string, Job | null>();
    const jobOf = (id: string): Job | null => {
      const known = jobs.get(id);
      if (known !== undefined) return known;
      const row = store.jobs.get(id);
      const job = row === null ? null : view(row, among);
      jobs.set(id, job);
      return job;
    };
    const events: JobEvent[] = [];
    let pictures = 0;
    for (const row of rows) {
      const job = jobOf(row.jobId);
      if (job === null) continue;
      pictures += job.images.length;
      if (events.length > 0 && pictures > MOST_PICTURES) break;
      events.push({ ...row, job });
    }
    return events;
  }

  function tell(event: JobEvent): void {
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (thrown) {
        deps.onError(thrown);
      }
    }
  }

  return {
    write(change) {
      const rows: EventRow[] = [];
      const result = store.transaction(() =>
        change((jobId, kind) => {
          const at = now().toISOString();
          rows.push({ seq: store.events.append(jobId, kind, at), jobId, kind, at });
        }),
      );
      if (rows.length > 0) for (const event of toEvents(rows)) tell(event);
      return result;
    },
    get(id) {
      const row = store.jobs.get(id);
      return row === null ? null : view(row, places());
    },
    list(limit) {
      const among = places();
      return [...store.jobs.unfinished(), ...store.jobs.finished(limit)].map((row) => view(row, among));
    },
    eventsAfter: (since, limit) => toEvents(store.events.after(since, limit)),
    eventsOf: (jobId, since) => toEvents(store.events.of(jobId, since)),
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
