/**
 * The desk between jobs and an engine: hands out the next job, takes what the engine says about it, and decides what
 * becomes of the job when the engine is gone. One job at a time; all changes of it run one after the other.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type ErrorRecord, TapestryError } from '#contracts/errors.ts';
import type { EventKind, JobProgress, JobState } from '#contracts/job.ts';
import type {
  Assignment,
  DoneMessage,
  FailedMessage,
  ImageMessage,
  PreviewMessage,
  ProgressMessage,
} from '#contracts/messages.ts';
import type { Gallery } from '../gallery/gallery.ts';
import { toOutputError } from '../gallery/gallery.ts';
import type { JobPatch } from '../store/job-repository.ts';
import type { Store } from '../store/store.ts';
import type { JobLog } from './job-log.ts';
import type { JobQueue, Lease } from './job-queue.ts';
import type { Journal } from './journal.ts';
import type { Previews } from './previews.ts';
import { createProgressMeter, type ProgressMeter, type Speed, speedKey, speedOf } from './progress-meter.ts';

export type JobMessage = ProgressMessage | PreviewMessage | ImageMessage | DoneMessage | FailedMessage;

/** `end`: the engine does not get another chance. */
export type Order = { type: 'interrupt' | 'skip' | 'cancel' | 'end'; jobId: string };

/** Why an engine is gone. `blame`: nobody ended it on purpose. */
export interface Departure {
  blame: boolean;
  error: TapestryError;
  /** Tail of what it wrote. */
  log: string;
}

export interface Desk {
  /** Leases the next job for an engine; null where none waits. */
  next(): Promise<Assignment | null>;
  /** Resolves once the message has had its effect. Messages of an attempt that is over are dropped. */
  receive(message: JobMessage): Promise<void>;
  /** The engine is gone; its job, if it held one, is ended or goes back to the queue. */
  engineGone(departure: Departure): Promise<void>;
  /** No engine can be started: jobs that somebody waits for, and that would be dropped otherwise, fail. */
  engineUnavailable(error: TapestryError): Promise<void>;
  /** What the engine works on. */
  current(): Assignment | null;
  speed(): Speed | null;
  progressOf(jobId: string): JobProgress | null;
  /** Passes a wish on to the engine. `as`: what a cancelled job becomes. False: no engine holds this job. */
  ask(jobId: string, kind: 'interrupt' | 'skip' | 'cancel', as?: 'cancelled' | 'abandoned'): boolean;
  onOrder(listener: (order: Order) => void): void;
  onProgress(listener: (progress: JobProgress) => void): () => void;
  /** Retries of failed writes end. */
  close(): void;
}

export interface DeskDeps {
  store: Pick<Store, 'jobs' | 'kv'>;
  queue: JobQueue;
  journal: Journal;
  gallery: Gallery;
  previews: Previews;
  /** Each attempt gets a folder of its own in here. */
  attemptsFolder: string;
  log: JobLog;
  now: () => Date;
}

/** Names this machine's engine in the queue. */
export const WORKER = 'local';

/** Clicks within this time are one click: a double click must not throw the picture away. */
const ONE_CLICK_MS = 1000;
const DEATHS_TO_QUARANTINE = 2;
const SPEEDS_KEPT = 64;
const RETRY_WRITE_MS = 1000;

interface Attempt {
  assignment: Assignment;
  lease: Lease;
  meter: ProgressMeter;
  progress: JobProgress | null;
  running: boolean;
  stop: { kind: 'interrupt' | 'cancel'; as: 'cancelled' | 'abandoned'; atMs: number } | null;
  /** The pictures cannot be saved: the job fails however well it is painted. */
  failure: TapestryError | null;
}

type Speeds = Record<string, Speed>;
type Ending = { state: JobState & EventKind; error?: ErrorRecord; log?: string; done?: DoneMessage };

export function createDesk(deps: DeskDeps): Desk {
  const { store, queue, journal, gallery, previews, log, now } = deps;
  let attempt: Attempt | null = null;
  let tail: Promise<void> = Promise.resolve();
  let closed = false;
  const orders = new Set<(order: Order) => void>();
  const progressListeners = new Set<(progress: JobProgress) => void>();

  const order = (command: Order) => {
    for (const listener of orders) listener(command);
  };
  const inTurn = (body: () => Promise<void>): Promise<void> => {
    tail = tail.then(body).catch((thrown) => log.error(`job desk: ${String(thrown)}`));
    return tail;
  };

  /** A full disk stops the database too. The job's end must be written some time, so this waits until it can be. */
  async function persist(body: () => void): Promise<void> {
    while (!closed) {
      try {
        return body();
      } catch (thrown) {
        log.error(`the job database cannot be written, trying again: ${String(thrown)}`);
        await delay(RETRY_WRITE_MS);
      }
    }
  }

  async function finish(of: Attempt, ending: Ending, warnings: string[] = []): Promise<void> {
    const { jobId, tempFolder } = of.assignment;
    await persist(() =>
      journal.write((note) => {
        const row = store.jobs.get(jobId);
        const patch: JobPatch = { state: ending.state, finishedAt: now().toISOString() };
        patch.warnings = [...(row?.warnings ?? []), ...warnings];
        if (ending.error !== undefined) patch.error = ending.error;
        if (ending.log !== undefined) patch.log = ending.log;
        if (ending.done !== undefined) patch.done = ending.done;
        leave();
        store.jobs.update(jobId, patch);
        note(jobId, ending.state);
      }),
    );
    await queue.settle(of.lease);
    await rm(tempFolder, { recursive: true, force: true });
  }

  /** From here on the job has no engine: what is told about it carries no progress. */
  function leave(): void {
    attempt = null;
    previews.end();
  }

  function stopped(of: Attempt): Ending {
    const as = of.stop?.as ?? 'cancelled';
    const code = as === 'abandoned' ? 'ABANDONED' : 'CANCELLED';
    return { state: as, error: new TapestryError(code).toRecord() };
  }

  function onProgress(of: Attempt, message: ProgressMessage): void {
    if (!of.running) {
      of.running = true;
      journal.write((note) => {
        store.jobs.update(message.jobId, { state: 'running' });
        note(message.jobId, 'started');
      });
    }
    of.progress = of.meter.update(message, performance.now());
    for (const listener of progressListeners) listener(of.progress);
  }

  async function onImage(of: Attempt, message: ImageMessage): Promise<void> {
    try {
      const kept = await gallery.keep(of.assignment, message, (jobId, change) =>
        journal.write((note) => {
          change();
          note(jobId, 'image');
        }),
      );
      if (kept.warning !== null) warn(message.jobId, kept.warning);
      if (kept.error !== null) giveUp(of, kept.error);
    } catch (thrown) {
      giveUp(of, toOutputError(thrown, message.file));
    }
  }

  function warn(jobId: string, warning: string): void {
    journal.write((note) => {
      store.jobs.update(jobId, { warnings: [...(store.jobs.get(jobId)?.warnings ?? []), warning] });
      note(jobId, 'warning');
    });
  }

  function giveUp(of: Attempt, error: TapestryError): void {
    of.failure ??= error;
    log.error(`job ${of.assignment.jobId}: ${error.message}`);
    order({ type: 'cancel', jobId: of.assignment.jobId });
  }

  async function onDone(of: Attempt, message: DoneMessage): Promise<void> {
    if (of.failure !== null) return finish(of, { state: 'failed', error: of.failure.toRecord() });
    if (message.outcome === 'cancelled') return finish(of, stopped(of), message.warnings);
    rememberSpeed(of.assignment, message);
    return finish(of, { state: 'done', done: message }, message.warnings);
  }

  async function onFailed(of: Attempt, message: FailedMessage): Promise<void> {
    const cancelled = of.stop?.kind === 'cancel' || message.error.code === 'CANCELLED';
    const error = of.failure?.toRecord() ?? message.error;
    const ending = cancelled && of.failure === null ? stopped(of) : { state: 'failed' as const, error };
    return finish(of, ending, message.warnings);
  }

  function rememberSpeed({ job }: Assignment, done: DoneMessage): void {
    const speed = speedOf(job, done);
    if (speed === null) return;
    const { [speedKey(job)]: _, ...others } = store.kv.get<Speeds>('speeds') ?? {};
    const kept = Object.entries(others).slice(-(SPEEDS_KEPT - 1));
    try {
      store.kv.set('speeds', { ...Object.fromEntries(kept), [speedKey(job)]: speed });
    } catch (thrown) {
      log.warn(`speed not remembered: ${String(thrown)}`);
    }
  }

  async function onGone(of: Attempt, departure: Departure): Promise<void> {
    if (of.failure !== null) return finish(of, { state: 'failed', error: of.failure.toRecord() });
    const { jobId } = of.assignment;
    if (of.stop?.kind === 'cancel') return finish(of, stopped(of));
    if (of.stop?.kind === 'interrupt') {
      const some = gallery.ofJob(jobId).length > 0;
      const ending = some ? { state: 'done' as const } : stopped(of);
      return finish(of, ending, ['The engine was ended before the interrupted batch was decoded.']);
    }
    const record = departure.error.toRecord();
    if (departure.blame && of.lease.deaths + 1 >= DEATHS_TO_QUARANTINE) {
      return finish(of, { state: 'quarantined', error: record, log: departure.log });
    }
    await giveBack(of, departure);
  }

  async function giveBack(of: Attempt, { blame, log: text }: Departure): Promise<void> {
    const { jobId, tempFolder } = of.assignment;
    await queue.giveBack(of.lease, { died: blame });
    await persist(() =>
      journal.write((note) => {
        leave();
        store.jobs.update(jobId, { state: 'queued', ...(blame ? { log: text } : {}) });
        note(jobId, 'retried');
      }),
    );
    await rm(tempFolder, { recursive: true, force: true });
  }

  /** Takes a leased job on; false where it was ended meanwhile. */
  async function begin(lease: Lease): Promise<boolean> {
    const { id: jobId, fence } = lease;
    const tempFolder = join(deps.attemptsFolder, `${jobId}-${fence}`);
    const trouble = await mkdir(tempFolder, { recursive: true }).then(() => null, toError);
    let begun: Attempt | null = null;
    await persist(() => {
      const row = store.jobs.get(jobId);
      if (row?.state !== 'queued') return;
      const startedAt = row.startedAt ?? now().toISOString();
      store.jobs.update(jobId, { state: 'leased', attempt: lease.attempt, startedAt });
      begun = {
        assignment: { jobId, fence, task: row.task, job: row.job, tempFolder },
        lease,
        meter: createProgressMeter(store.kv.get<Speeds>('speeds')?.[speedKey(row.job)] ?? null),
        progress: null,
        running: false,
        stop: null,
        failure: trouble === null ? null : toOutputError(trouble, tempFolder),
      };
      attempt = begun;
    });
    if (begun === null) {
      await queue.settle(lease);
      await rm(tempFolder, { recursive: true, force: true });
      return false;
    }
    const { failure } = begun as Attempt;
    if (failure !== null) await finish(begun, { state: 'failed', error: failure.toRecord() });
    return failure === null;
  }

  return {
    async next() {
      while (attempt === null) {
        const lease = await queue.lease(WORKER);
        if (lease === null) return null;
        if (await begin(lease)) break;
      }
      return attempt?.assignment ?? null;
    },
    receive(message) {
      const of = attempt;
      if (of === null || of.assignment.fence !== message.fence) return Promise.resolve();
      if (message.type === 'preview') {
        previews.offer(message);
        return Promise.resolve();
      }
      return inTurn(async () => {
        // An earlier message may have ended the attempt.
        if (attempt !== of) return;
        if (message.type === 'progress') onProgress(of, message);
        else if (message.type === 'image') await onImage(of, message);
        else if (message.type === 'done') await onDone(of, message);
        else await onFailed(of, message);
      });
    },
    engineGone: (departure) =>
      inTurn(async () => {
        if (attempt !== null) await onGone(attempt, departure);
      }),
    engineUnavailable: (error) =>
      inTurn(async () => {
        for (const row of store.jobs.unfinished()) {
          if (row.keep || !(await queue.remove(row.id))) continue;
          await persist(() =>
            journal.write((note) => {
              const finishedAt = now().toISOString();
              store.jobs.update(row.id, { state: 'failed', finishedAt, error: error.toRecord() });
              note(row.id, 'failed');
            }),
          );
        }
      }),
    current: () => attempt?.assignment ?? null,
    speed: () => attempt?.meter.speed() ?? null,
    progressOf: (jobId) => (attempt?.assignment.jobId === jobId ? attempt.progress : null),
    ask(jobId, kind, as = 'cancelled') {
      const of = attempt;
      if (of === null || of.assignment.jobId !== jobId) return false;
      if (kind === 'skip') {
        order({ type: 'skip', jobId });
        return true;
      }
      const atMs = performance.now();
      const escalates = of.stop === null || (of.stop.kind === 'interrupt' && kind === 'cancel');
      if (escalates) {
        of.stop = { kind, as, atMs };
        order({ type: kind, jobId });
      } else if (as !== 'abandoned' && atMs - of.stop!.atMs >= ONE_CLICK_MS) {
        order({ type: 'end', jobId });
      }
      return true;
    },
    onOrder: (listener) => void orders.add(listener),
    onProgress(listener) {
      progressListeners.add(listener);
      return () => progressListeners.delete(listener);
    },
    close() {
      closed = true;
    },
  };
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
