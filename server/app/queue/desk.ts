/**
 * The desk between jobs and an engine: hands out the next job, takes what the engine says about it, passes wishes on.
 * One job at a time; all that happens to it happens one after the other.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TapestryError } from '#contracts/errors.ts';
import type { JobProgress } from '#contracts/job.ts';
import type {
  Assignment,
  DoneMessage,
  FailedMessage,
  ImageMessage,
  PreviewMessage,
  ProgressMessage,
} from '#contracts/messages.ts';
import { writeError } from '#io/atomic.ts';
import type { Gallery } from '../gallery/gallery.ts';
import { afterDeath, afterDone, afterFailed, type Departure, type Ending, type Standing } from './ending.ts';
import type { JobLog } from './job-log.ts';
import type { JobQueue, Lease } from './job-queue.ts';
import type { JobRecords } from './job-records.ts';
import type { Journal } from './journal.ts';
import type { Previews } from './previews.ts';
import { createProgressMeter, type ProgressMeter, type Speed } from './progress-meter.ts';
import type { SpeedMemory } from './speed-memory.ts';

export type JobMessage = ProgressMessage | PreviewMessage | ImageMessage | DoneMessage | FailedMessage;

/** `end`: the engine does not get another chance. */
export type Order = { type: 'interrupt' | 'skip' | 'cancel' | 'end'; jobId: string };

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
}

export interface DeskDeps {
  queue: JobQueue;
  journal: Journal;
  records: JobRecords;
  gallery: Gallery;
  previews: Previews;
  speeds: SpeedMemory;
  /** Each attempt gets a folder of its own in here. */
  attemptsFolder: string;
  log: JobLog;
}

/** Names this machine's engine in the queue. */
export const WORKER = 'local';

/** Clicks within this time are one click: a double click must not throw the picture away. */
const ONE_CLICK_MS = 1000;

interface Attempt {
  assignment: Assignment;
  lease: Lease;
  meter: ProgressMeter;
  progress: JobProgress | null;
  running: boolean;
  stop: (NonNullable<Standing['stop']> & { atMs: number }) | null;
  failure: TapestryError | null;
}

export function createDesk(deps: DeskDeps): Desk {
  const { queue, journal, records, gallery, previews, speeds, log } = deps;
  let attempt: Attempt | null = null;
  let tail: Promise<void> = Promise.resolve();
  const orders = new Set<(order: Order) => void>();
  const progressListeners = new Set<(progress: JobProgress) => void>();

  const order = (command: Order) => {
    for (const listener of orders) listener(command);
  };
  const inTurn = (body: () => Promise<void>): Promise<void> => {
    tail = tail.then(body).catch((thrown) => log.error(`job desk: ${String(thrown)}`));
    return tail;
  };
  const standing = ({ lease, stop, failure }: Attempt): Standing => ({ deaths: lease.deaths, stop, failure });

  function leave(): void {
    attempt = null;
    previews.end();
  }

  async function finish(of: Attempt, ending: Ending): Promise<void> {
    await records.finish(of.lease, ending, leave);
    await rm(of.assignment.tempFolder, { recursive: true, force: true });
  }

  /** Takes a leased job on; false where it was ended meanwhile, or fails at once. */
  async function begin(lease: Lease): Promise<boolean> {
    const { id: jobId, fence } = lease;
    const tempFolder = join(deps.attemptsFolder, `${jobId}-${fence}`);
    const trouble: unknown = await mkdir(tempFolder, { recursive: true }).then(
      () => null,
      (thrown) => thrown,
    );
    const taken = await records.take(lease, ({ task, job }) => {
      attempt = {
        assignment: { jobId, fence, task, job, tempFolder },
        lease,
        meter: createProgressMeter(speeds.recall(job)),
        progress: null,
        running: false,
        stop: null,
        failure: trouble === null ? null : writeError(tempFolder, trouble),
      };
    });
    const of = attempt as Attempt | null;
    if (taken && of?.failure) {
      await finish(of, { state: 'failed', warnings: [], error: of.failure.toRecord() });
    }
    if (!taken) await rm(tempFolder, { recursive: true, force: true });
    return taken && of?.failure === null;
  }

  function onProgress(of: Attempt, message: ProgressMessage): void {
    of.progress = of.meter.update(message, performance.now());
    for (const listener of progressListeners) listener(of.progress);
    if (of.running) return;
    records.running(message.jobId);
    of.running = true;
  }

  async function onImage(of: Attempt, message: ImageMessage): Promise<void> {
    try {
      const kept = await gallery.keep(of.assignment, message, (jobId, change) =>
        journal.write((note) => {
          change();
          note(jobId, 'image');
        }),
      );
      if (kept.warning !== null) records.warn(message.jobId, kept.warning);
      if (kept.error !== null) giveUp(of, kept.error);
    } catch (thrown) {
      giveUp(of, writeError(message.file, thrown));
    }
  }

  function giveUp(of: Attempt, error: TapestryError): void {
    of.failure ??= error;
    log.error(`job ${of.assignment.jobId}: ${error.message}`);
    order({ type: 'cancel', jobId: of.assignment.jobId });
  }

  async function onDone(of: Attempt, message: DoneMessage): Promise<void> {
    try {
      speeds.learn(of.assignment.job, message);
    } catch (thrown) {
      log.warn(`speed not remembered: ${String(thrown)}`);
    }
    await finish(of, afterDone(standing(of), message));
  }

  async function onGone(of: Attempt, departure: Departure): Promise<void> {
    const { jobId, tempFolder } = of.assignment;
    const ending = afterDeath(standing(of), departure, gallery.ofJob(jobId).length);
    if (ending !== null) return finish(of, ending);
    await records.giveBack(of.lease, departure.blame ? { log: departure.log } : null, leave);
    await rm(tempFolder, { recursive: true, force: true });
  }

  async function take(of: Attempt, message: Exclude<JobMessage, PreviewMessage>): Promise<void> {
    if (message.type === 'progress') onProgress(of, message);
    else if (message.type === 'image') await onImage(of, message);
    else if (message.type === 'done') await onDone(of, message);
    else await finish(of, afterFailed(standing(of), message));
  }

  return {
    async next() {
      while (attempt === null) {
        const lease = await queue.lease(WORKER);
        if (lease === null || (await begin(lease))) break;
      }
      return attempt?.assignment ?? null;
    },
    async receive(message) {
      const of = attempt;
      if (of === null || of.assignment.fence !== message.fence) return;
      if (message.type === 'preview') previews.offer(message);
      // An earlier message may have ended the attempt when this one's turn comes.
      else await inTurn(async () => (attempt === of ? take(of, message) : undefined));
    },
    engineGone: (departure) =>
      inTurn(async () => {
        if (attempt !== null) await onGone(attempt, departure);
      }),
    engineUnavailable: (error) => inTurn(() => records.failDroppable(error)),
    current: () => attempt?.assignment ?? null,
    speed: () => attempt?.meter.speed() ?? null,
    progressOf: (jobId) => (attempt?.assignment.jobId === jobId ? attempt.progress : null),
    ask(jobId, kind, as = 'cancelled') {
      const of = attempt;
      if (of === null || of.assignment.jobId !== jobId) return false;
      const atMs = performance.now();
      if (kind === 'skip') order({ type: 'skip', jobId });
      else if (of.stop === null || (of.stop.kind === 'interrupt' && kind === 'cancel')) {
        of.stop = { kind, as, atMs };
        order({ type: kind, jobId });
      } else if (as !== 'abandoned' && atMs - of.stop.atMs >= ONE_CLICK_MS) order({ type: 'end', jobId });
      return true;
    },
    onOrder: (listener) => void orders.add(listener),
    onProgress(listener) {
      progressListeners.add(listener);
      return () => progressListeners.delete(listener);
    },
  };
}
