/** Keeps one engine process alive and feeds it one job at a time. */
import { setTimeout as delay } from 'node:timers/promises';
import { TapestryError } from '#contracts/errors.ts';
import type { EngineStatus } from '#contracts/live.ts';
import type { ExtensionInfo } from '#contracts/manifest.ts';
import type { FromEngine } from '#contracts/messages.ts';
import type { Supervisor } from '../services.ts';
import type { Desk, Order } from './desk.ts';
import { departureOf, describeExit, type EngineLife, lastWords } from './engine-life.ts';
import { type EngineCommand, type EngineExit, forkEngine } from './engine-process.ts';
import type { JobLog } from './job-log.ts';
import { createWatch, TICK_MS } from './watchdog.ts';

export interface SupervisorDeps {
  desk: Desk;
  /** Called when work was queued. */
  onWork: (listener: () => void) => void;
  engine: EngineCommand;
  /** What each engine loads before its first job. */
  extensions: () => ExtensionInfo[];
  log: JobLog;
  limits?: Partial<SupervisorLimits>;
}

export interface SupervisorLimits {
  /** Pause before the first restart; doubles with each death up to `backoffMostMs`. */
  backoffMs: number;
  backoffMostMs: number;
  /** From fork to `ready`. */
  startMs: number;
  /** An engine that lived this long was well: the pause starts over. */
  wellMs: number;
  /** From the wish to stop to the kill. */
  stopMs: number;
  tickMs: number;
}

export interface EngineSupervisor extends Supervisor {
  /** Asks the engine to free all models. */
  unload(): void;
  /** Extensions were enabled, disabled or changed: jobs that start later run with what is now there. */
  extensionsChanged(): void;
}

const LIMITS: SupervisorLimits = {
  backoffMs: 250,
  backoffMostMs: 30_000,
  startMs: 120_000,
  wellMs: 30_000,
  stopMs: 2_000,
  tickMs: TICK_MS,
};
const STARTS_TO_GIVE_UP = 5;
export function createSupervisor(deps: SupervisorDeps): EngineSupervisor {
  const { desk, log } = deps;
  const limits = { ...LIMITS, ...deps.limits };
  const listeners = new Set<(status: EngineStatus) => void>();
  let life: EngineLife | null = null;
  let stopping = false;
  let keeper: Promise<void> | null = null;
  let wakeKeeper = new AbortController();
  let ticker: NodeJS.Timeout | null = null;
  let checkpoint: string | null = null;
  let rssBytes = 0;
  let trouble: string | null = null;
  let shown = '';
  /** Starts in a row that never got ready, and deaths since an engine was well. */
  let failedStarts = 0;
  let deaths = 0;
  /** Work was queued while `desk.next` was looking. */
  let wanted = false;

  function status(): EngineStatus {
    const ready = life?.ready ?? null;
    const state = life === null ? 'dead' : ready === null ? 'starting' : life.busy ? 'busy' : 'ready';
    const notes = trouble === null ? (ready?.notes ?? []) : [trouble];
    return { state, provider: ready?.provider ?? null, notes, pid: life?.process.pid ?? null, checkpoint };
  }

  function tell(): void {
    const news = status();
    const text = JSON.stringify(news);
    if (text === shown) return;
    shown = text;
    for (const listener of listeners) listener(news);
  }

  function onMessage(of: EngineLife, message: FromEngine): void {
    if (of !== life) return;
    switch (message.type) {
      case 'ready':
        of.ready = message;
        trouble = null;
        of.process.send({ type: 'extensions', extensions: deps.extensions() });
        feed(of);
        break;
      case 'extensions':
        for (const { id, reason } of message.faults) log.warn(`extension ${id} was left out: ${reason}`);
        break;
      case 'loaded':
        checkpoint = message.checkpoint;
        break;
      case 'memory':
        rssBytes = message.rssBytes;
        break;
      case 'done':
      case 'failed':
        void desk.receive(message).then(() => rest(of, message.fence));
        break;
      case 'progress':
      case 'preview':
      case 'image':
        // Before its first step an engine loads: sign of life, but not of a step.
        of.watch?.sign(message.type === 'progress' && message.phase === 'sampling');
        void desk.receive(message);
    }
    tell();
  }

  /** The engine is free, unless the message was of an attempt that had ended before. */
  function rest(of: EngineLife, fence: number): void {
    if (of !== life || desk.current()?.fence === fence) return;
    of.busy = false;
    of.watch = null;
    feed(of);
    tell();
  }

  /** Gives a free engine the next job. */
  function feed(of: EngineLife): void {
    if (of !== life || of.ready === null || of.busy || stopping) return;
    of.busy = true;
    desk.next().then(
      (assignment) => {
        if (assignment === null) {
          of.busy = false;
          if (wanted) {
            wanted = false;
            feed(of);
          }
          return tell();
        }
        if (of !== life || stopping) return void desk.engineGone(departureOf(of, null, stopping));
        of.watch = createWatch(assignment.job.request);
        of.process.send({ type: 'run', assignment });
        tell();
      },
      (thrown) => {
        log.error(`no job could be taken from the queue: ${String(thrown)}`);
        of.busy = false;
        setTimeout(() => feed(of), limits.tickMs).unref();
      },
    );
  }

  function onOrder(order: Order): void {
    if (life === null || desk.current()?.jobId !== order.jobId) return;
    if (order.type === 'end') {
      const error = new TapestryError('CANCELLED');
      end(life, { blame: false, error }, 'asked twice');
      return;
    }
    if (order.type !== 'skip') life.watch?.asked(order.type);
    life.process.send({ type: order.type, jobId: order.jobId });
  }

  function end(of: EngineLife, ended: NonNullable<EngineLife['ended']>, why: string): void {
    log.warn(`the engine is ended: ${why}`);
    of.ended ??= ended;
    of.process.kill();
  }

  function tick(): void {
    const of = life;
    if (of === null) return;
    const job = desk.current()?.jobId ?? 'a start';
    const stuck = { blame: true, error: new TapestryError('ENGINE_STUCK', { value: job }) };
    if (of.ready === null) {
      if (performance.now() - of.startedMs > limits.startMs) end(of, stuck, 'it did not get ready');
      return;
    }
    const verdict = of.watch?.tick(performance.now(), desk.speed()) ?? 'fine';
    if (verdict !== 'fine') end(of, { ...stuck, blame: verdict === 'stuck' }, `${verdict} (${job})`);
  }

  /** One engine from fork to end. Returns how it ended. */
  async function live(): Promise<EngineExit> {
    const startedMs = performance.now();
    const engine = forkEngine(deps.engine, (message) => onMessage(mine, message), log);
    const mine: EngineLife = {
      process: engine,
      startedMs,
      ready: null,
      busy: false,
      watch: null,
      ended: null,
    };
    life = mine;
    tell();
    const exit = await engine.exited;
    life = null;
    checkpoint = null;
    rssBytes = 0;
    if (!stopping) log.warn(`the engine ended (${describeExit(exit)})`);
    await desk.engineGone(departureOf(mine, exit, stopping));
    failedStarts = mine.ready === null ? failedStarts + 1 : 0;
    if (performance.now() - startedMs > limits.wellMs) deaths = 0;
    return exit;
  }

  async function keep(): Promise<void> {
    while (!stopping) {
      const exit = await live();
      if (stopping) break;
      const pauseMs = Math.min(limits.backoffMs * 2 ** deaths++, limits.backoffMostMs);
      if (failedStarts >= STARTS_TO_GIVE_UP) {
        trouble = `${describeExit(exit)}: ${lastWords(exit.log)}`;
        await desk.engineUnavailable(new TapestryError('ENGINE_UNAVAILABLE', { reason: trouble }));
      }
      tell();
      await delay(pauseMs, undefined, { signal: wakeKeeper.signal }).catch(() => undefined);
    }
    tell();
  }

  desk.onOrder(onOrder);
  deps.onWork(() => {
    wanted = life?.busy === true;
    if (life !== null) feed(life);
  });

  return {
    status,
    onStatus(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async start() {
      if (keeper !== null) return;
      stopping = false;
      wakeKeeper = new AbortController();
      ticker = setInterval(tick, limits.tickMs);
      ticker.unref();
      keeper = keep();
    },
    async stop() {
      if (keeper === null) return;
      stopping = true;
      wakeKeeper.abort();
      if (ticker !== null) clearInterval(ticker);
      const last = life;
      if (last !== null) {
        last.process.send({ type: 'shutdown' });
        const timer = setTimeout(() => last.process.kill(), limits.stopMs);
        await last.process.exited;
        clearTimeout(timer);
      }
      await keeper;
      keeper = null;
    },
    memory() {
      const pid = life?.process.pid ?? null;
      return pid === null || rssBytes === 0 ? null : { rssBytes, pid };
    },
    unload: () => life?.process.send({ type: 'unload' }),
    extensionsChanged: () => life?.process.send({ type: 'extensions', extensions: deps.extensions() }),
  };
}
