/** Keeps one engine process alive and feeds it one job at a time. */
import { setTimeout as delay } from 'node:timers/promises';
import { TapestryError } from '#contracts/errors.ts';
import type { EngineStatus } from '#contracts/live.ts';
import type { ExtensionInfo } from '#contracts/manifest.ts';
import type { EngineReady, FromEngine } from '#contracts/messages.ts';
import type { Supervisor } from '../services.ts';
import type { Departure, Desk, Order } from './desk.ts';
import { type EngineCommand, type EngineExit, type EngineProcess, forkEngine } from './engine-process.ts';
import type { JobLog } from './job-log.ts';
import { createWatch, TICK_MS, type Watch } from './watchdog.ts';

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
/** Sent by people and service managers, often to the whole process group: no fault of the job. */
const POLITE: ReadonlySet<string> = new Set(['SIGINT', 'SIGTERM', 'SIGHUP']);

interface Life {
  process: EngineProcess;
  startedMs: number;
  ready: EngineReady | null;
  busy: boolean;
  watch: Watch | null;
  /** Why the supervisor ended it, if it did. */
  ended: { blame: boolean; error: TapestryError } | null;
}

export function createSupervisor(deps: SupervisorDeps): EngineSupervisor {
  const { desk, log } = deps;
  const limits = { ...LIMITS, ...deps.limits };
  const listeners = new Set<(status: EngineStatus) => void>();
  let life: Life | null = null;
  let stopping = false;
  let keeper: Promise<void> | null = null;
  let wakeKeeper = new AbortController();
  let ticker: NodeJS.Timeout | null = null;
  let checkpoint: string | null = null;
  let rssBytes = 0;
  let trouble: string | null = null;
  let shown = '';

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

  function onMessage(of: Life, message: FromEngine): void {
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
      default:
        // Before its first step an engine loads: sign of life, but not of a step.
        of.watch?.sign(message.type === 'progress' && message.phase === 'sampling');
        void desk.receive(message);
    }
    tell();
  }

  /** The engine is free, unless the message was of an attempt that had ended before. */
  function rest(of: Life, fence: number): void {
    if (of !== life || desk.current()?.fence === fence) return;
    of.busy = false;
    of.watch = null;
    feed(of);
    tell();
  }

  /** Gives a free engine the next job. */
  function feed(of: Life): void {
    if (of !== life || of.ready === null || of.busy || stopping) return;
    of.busy = true;
    desk.next().then(
      (assignment) => {
        if (assignment === null) {
          of.busy = false;
          if (wanted) again(of);
          return tell();
        }
        if (of !== life || stopping) return void desk.engineGone(departure(of, null));
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

  /** Work that was queued while `desk.next` was looking. */
  let wanted = false;
  function again(of: Life): void {
    wanted = false;
    feed(of);
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

  function end(of: Life, ended: NonNullable<Life['ended']>, why: string): void {
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

  function departure(of: Life, exit: EngineExit | null): Departure {
    const text = exit?.log ?? '';
    if (of.ended !== null) return { ...of.ended, log: text };
    const reason = describe(exit);
    const polite = exit?.signal != null && POLITE.has(exit.signal);
    const blame = exit !== null && !stopping && !polite;
    return { blame, error: new TapestryError('ENGINE_DIED', { reason }), log: text };
  }

  /** One engine from fork to end. Returns how it ended. */
  async function live(): Promise<EngineExit> {
    const startedMs = performance.now();
    const engine = forkEngine(deps.engine, (message) => onMessage(mine, message), log);
    const mine: Life = { process: engine, startedMs, ready: null, busy: false, watch: null, ended: null };
    life = mine;
    tell();
    const exit = await engine.exited;
    life = null;
    checkpoint = null;
    rssBytes = 0;
    if (!stopping) log.warn(`the engine ended (${describe(exit)})`);
    await desk.engineGone(departure(mine, exit));
    failedStarts = mine.ready === null ? failedStarts + 1 : 0;
    if (performance.now() - startedMs > limits.wellMs) deaths = 0;
    return exit;
  }

  let failedStarts = 0;
  let deaths = 0;
  async function keep(): Promise<void> {
    while (!stopping) {
      const exit = await live();
      if (stopping) break;
      const pauseMs = Math.min(limits.backoffMs * 2 ** deaths++, limits.backoffMostMs);
      if (failedStarts >= STARTS_TO_GIVE_UP) {
        const lastLine = exit.log.trim().split('\n').at(-1) ?? '';
        trouble = `${describe(exit)}: ${lastLine}`;
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

function describe(exit: EngineExit | null): string {
  if (exit === null) return 'it was gone';
  if (exit.signal === 'SIGKILL') return 'signal SIGKILL; often the system was out of memory';
  return exit.signal === null ? `exit code ${exit.code}` : `signal ${exit.signal}`;
}
