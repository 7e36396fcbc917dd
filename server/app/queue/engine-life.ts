import { TapestryError } from '#contracts/errors.ts';
import type { EngineReady } from '#contracts/messages.ts';
import type { Departure } from './ending.ts';
import type { EngineExit, EngineProcess } from './engine-process.ts';
import type { Watch } from './watchdog.ts';

/** One engine process, from fork to end. */
export interface EngineLife {
  process: EngineProcess;
  startedMs: number;
  ready: EngineReady | null;
  /** It holds a job, or one is being fetched for it. */
  busy: boolean;
  watch: Watch | null;
  /** Why the supervisor ended it, if it did. */
  ended: { blame: boolean; error: TapestryError } | null;
}

/** Sent by people and service managers, often to the whole process group: no fault of the job. */
const POLITE: ReadonlySet<string> = new Set(['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * Whose fault it was. Only deaths that a living app sees, and that nobody asked for, count against a job.
 * @param exit null where the engine was gone before it got the job
 */
export function departureOf(life: EngineLife, exit: EngineExit | null, stopping: boolean): Departure {
  const log = exit?.log ?? '';
  if (life.ended !== null) return { ...life.ended, log };
  const polite = exit?.signal != null && POLITE.has(exit.signal);
  const blame = exit !== null && !stopping && !polite;
  return { blame, error: new TapestryError('ENGINE_DIED', { reason: describeExit(exit) }), log };
}

export function describeExit(exit: EngineExit | null): string {
  if (exit === null) return 'it was gone';
  if (exit.signal === 'SIGKILL') return 'signal SIGKILL; often the system was out of memory';
  return exit.signal === null ? `exit code ${exit.code}` : `signal ${exit.signal}`;
}

/** The line of a log that says most about why a process ended. */
export function lastWords(log: string): string {
  const lines = log.split('\n').map((line) => line.trim());
  // What Node prints around an uncaught error: the stack and its own version.
  const telling = lines.filter((line) => line !== '' && !/^(at |Node\.js v|[{}^]+$)/.test(line));
  return telling.findLast((line) => /error/i.test(line)) ?? telling.at(-1) ?? 'no output';
}
