import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { TapestryError } from '#contracts/errors.ts';
import { FINISHED_STATES, type Job } from '#contracts/job.ts';
import type { PictureJob } from '#contracts/request.ts';
import type { Gallery } from '../gallery/gallery.ts';
import type { FinishedJob, JobService, SubmitInput } from '../services.ts';
import type { JobRow } from '../store/job-repository.ts';
import type { Store } from '../store/store.ts';
import { createDesk, type Desk, WORKER } from './desk.ts';
import { digestOf } from './digest.ts';
import type { JobLog } from './job-log.ts';
import { createJobRecords } from './job-records.ts';
import { createJournal, type Journal } from './journal.ts';
import { createPreviews, type EncodePreview } from './previews.ts';
import { createSpeedMemory } from './speed-memory.ts';
import { createWaiters } from './waiters.ts';

export interface JobServiceDeps {
  store: Store;
  gallery: Gallery;
  /** Folder of the attempts' temporary pictures; emptied at start. */
  attemptsFolder: string;
  encodePreview: EncodePreview;
  /** Throws where a request names what it may not, e.g. a foreign output folder. */
  checkJob?: (job: PictureJob) => void;
  log: JobLog;
  now?: () => Date;
}

export interface Jobs extends JobService {
  /** The engine's side, for the supervisor. */
  desk: Desk;
  /** A job was queued: an idle engine may ask for it. */
  onWork(listener: () => void): void;
  /** Repairs what the last life of the app left; call once, before any engine runs. */
  recover(): Promise<void>;
  /** Forgets old jobs and the pictures kept only as their results. */
  prune(): Promise<void>;
  /** Gives up writes that are being retried; for the end of the app. */
  close(): void;
}

/** Finished jobs that stay listed. */
const JOBS_KEPT = 1000;
/** Pictures that were not saved stay for the newest jobs, and no longer than a day. */
const RESULTS_KEPT = 200;
const DAY_MS = 86_400_000;
const PRUNE_EVERY = 50;

export function createJobService(deps: JobServiceDeps): Jobs {
  const { store, gallery, log } = deps;
  const { queue } = store;
  const now = deps.now ?? (() => new Date());
  const workListeners = new Set<() => void>();
  const previews = createPreviews(deps.encodePreview, log);
  const journal: Journal = createJournal({
    store,
    gallery,
    now,
    progressOf: (jobId) => desk.progressOf(jobId),
    onError: (thrown) => log.error(`event listener: ${String(thrown)}`),
  });
  const { attemptsFolder } = deps;
  const records = createJobRecords({ store, queue, journal, log, now });
  const speeds = createSpeedMemory(store.kv);
  const desk: Desk = createDesk({ queue, journal, records, gallery, previews, speeds, attemptsFolder, log });
  const waiters = createWaiters(onDeserted);
  let finishedSincePrune = 0;

  journal.onEvent(({ job }) => {
    if (!isFinished(job)) return;
    waiters.finished(job.id);
    if (++finishedSincePrune % PRUNE_EVERY === 0)
      void prune().catch((e) => log.warn(`pruning: ${String(e)}`));
  });

  function unfinished(id: string): JobRow {
    const row = store.jobs.get(id);
    if (row === null) throw new TapestryError('UNKNOWN_JOB', { value: id });
    if (isFinished(row)) throw new TapestryError('JOB_FINISHED', { value: id });
    return row;
  }

  function onDeserted(jobId: string): void {
    const row = store.jobs.get(jobId);
    if (row !== null && !row.keep && !isFinished(row)) end(row, 'abandoned');
  }

  function end(row: JobRow, as: 'cancelled' | 'abandoned'): void {
    if (desk.ask(row.id, 'cancel', as)) return;
    const error = new TapestryError(as === 'abandoned' ? 'ABANDONED' : 'CANCELLED').toRecord();
    journal.write((note) => {
      store.jobs.update(row.id, { state: as, finishedAt: now().toISOString(), error });
      note(row.id, as);
    });
    // The row is what counts: an engine that leases the id meanwhile finds the job ended.
    queue.remove(row.id).catch((thrown) => log.warn(`queue: ${String(thrown)}`));
  }

  /** The job of an earlier request with this key; null for a new one. */
  function repeated(key: string | undefined, digest: string): Job | null {
    const known = key === undefined ? null : store.idempotency.get(key);
    if (known === null) return null;
    if (known.digest !== digest) throw new TapestryError('IDEMPOTENCY_CONFLICT', { value: key });
    return journal.get(known.jobId);
  }

  async function submit(input: SubmitInput): Promise<Job> {
    const { task, request, options, checkpoint, save, source, idempotencyKey: key } = input;
    const at = now();
    const jobTimestamp = localTimestamp(at);
    const job: PictureJob = {
      request,
      options,
      checkpoint,
      save,
      pythonFloats: source === 'sdapi',
      jobTimestamp,
    };
    deps.checkJob?.(job);
    const digest = input.bodyDigest ?? digestOf({ task, request });
    const earlier = repeated(key, digest);
    if (earlier !== null) return earlier;
    const row: JobRow = {
      id: randomUUID(),
      task,
      state: 'queued',
      source,
      priority: 0,
      keep: save || input.keepWithoutWaiter !== false,
      createdAt: at.toISOString(),
      startedAt: null,
      finishedAt: null,
      attempt: 0,
      job,
      warnings: input.warnings ?? [],
      error: null,
      log: null,
      done: null,
    };
    await recovered;
    await queue.admit();
    // Another request with this key may have come meanwhile.
    const raced = repeated(key, digest);
    if (raced !== null) return raced;
    journal.write((note) => {
      store.jobs.insert(row);
      if (key !== undefined) store.idempotency.put(key, digest, row.id, row.createdAt);
      note(row.id, 'queued');
    });
    await queue.enqueue(row.id, { priority: row.priority });
    for (const listener of workListeners) listener();
    return journal.get(row.id)!;
  }

  /** What comes while the last life is being repaired must not be taken for a part of it. */
  let recovered: Promise<void> = Promise.resolve();
  function recover(): Promise<void> {
    recovered = repair();
    return recovered;
  }

  async function repair(): Promise<void> {
    const seal = (jobId: string, change: () => void) =>
      journal.write((note) => {
        change();
        note(jobId, 'image');
      });
    await gallery.reconcile(seal);
    await queue.recover(WORKER);
    const rows = store.jobs.unfinished();
    for (const row of rows) {
      // Whoever waited for it went with the last life of the app.
      if (!row.keep) end(row, 'abandoned');
      else if (row.state !== 'queued') {
        journal.write((note) => {
          store.jobs.update(row.id, { state: 'queued' });
          note(row.id, 'retried');
        });
      }
    }
    const wanted = new Map(rows.filter((row) => row.keep).map((row) => [row.id, row]));
    for (const id of await queue.order()) if (!wanted.has(id)) await queue.remove(id);
    for (const row of wanted.values()) await queue.enqueue(row.id, { priority: row.priority });
    await rm(attemptsFolder, { recursive: true, force: true });
    await mkdir(attemptsFolder, { recursive: true });
    await prune();
  }

  async function prune(): Promise<void> {
    const yesterday = new Date(now().getTime() - DAY_MS).toISOString();
    store.idempotency.removeBefore(yesterday);
    const old = new Set([
      ...store.jobs.finishedBeyond(RESULTS_KEPT),
      ...store.jobs.finishedBefore(yesterday),
    ]);
    for (const id of store.images.jobsWithUnsaved()) if (old.has(id)) await gallery.dropResults(id);
    const forgotten = store.jobs.finishedBeyond(JOBS_KEPT);
    store.transaction(() => {
      for (const id of forgotten) store.jobs.remove(id);
    });
  }

  async function waitFor(id: string, signal?: AbortSignal): Promise<FinishedJob> {
    const row = store.jobs.get(id);
    if (row === null) throw new TapestryError('UNKNOWN_JOB', { value: id });
    if (!isFinished(row)) await waiters.wait(id, signal);
    const job = journal.get(id)!;
    const files = gallery.ofJob(id).map((image) => gallery.find(image.id));
    return {
      job,
      done: store.jobs.get(id)!.done,
      error: job.error,
      async readImage(index) {
        const file = files[index];
        if (file === null || file === undefined) {
          const accepted = `0 to ${files.length - 1}`;
          throw new TapestryError('INVALID_FIELD', { field: 'index', value: index, accepted });
        }
        return readFile(file.path);
      },
    };
  }

  return {
    desk,
    submit,
    recover,
    prune,
    close: records.close,
    waitFor,
    get: journal.get,
    list: (limit = 50) => journal.list(limit),
    eventsAfter: (since, limit = 500) => journal.eventsAfter(since, limit),
    eventsOf: (jobId, since = 0) => journal.eventsOf(jobId, since),
    lastSeq: () => store.events.last(),
    interrupt(id) {
      const row = unfinished(id);
      if (!desk.ask(id, 'interrupt')) end(row, 'cancelled');
    },
    skip(id) {
      unfinished(id);
      desk.ask(id, 'skip');
    },
    cancel: (id) => end(unfinished(id), 'cancelled'),
    runningId: () => desk.current()?.jobId ?? null,
    onWork: (listener) => void workListeners.add(listener),
    onEvent: journal.onEvent,
    onProgress: desk.onProgress,
    onPreview: previews.onPreview,
    latestPreview: previews.latest,
    latestProgress: () => {
      const id = desk.current()?.jobId;
      return id === undefined ? null : desk.progressOf(id);
    },
  };
}

function isFinished(job: Pick<Job, 'state'>): boolean {
  return FINISHED_STATES.includes(job.state);
}

/** Local time as A1111's job_timestamp: yyyymmddHHMMSS. */
function localTimestamp(at: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [at.getMonth() + 1, at.getDate(), at.getHours(), at.getMinutes(), at.getSeconds()];
  return `${at.getFullYear()}${day.map(two).join('')}`;
}
