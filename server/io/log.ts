import { Writable } from 'node:stream';
import { type Logger, pino, stdTimeFunctions } from 'pino';

export type { Logger };

export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const LEVEL_NAMES: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: '',
  40: 'warning',
  50: 'error',
  60: 'fatal',
};

/**
 * The log of one process, on stderr. Rooms take a child: `log.child({ room: 'queue' })`. With `json` (environment:
 * `TAPESTRY_LOG=json`) one JSON object a line, else plain text.
 */
export function createLog(
  options: { level?: LogLevel; json?: boolean; write?: (line: string) => void } = {},
): Logger {
  const write = options.write ?? ((line: string) => process.stderr.write(line));
  const json = options.json ?? process.env.TAPESTRY_LOG === 'json';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      const line = String(chunk);
      write(json ? line : plain(line));
      done();
    },
  });
  return pino({ level: options.level ?? 'info', base: null, timestamp: stdTimeFunctions.isoTime }, stream);
}

/** A log that says nothing: for tests. */
export function silentLog(): Logger {
  return pino({ level: 'silent' });
}

function plain(line: string): string {
  try {
    const { level, time, msg, room, err, ...rest } = JSON.parse(line) as Record<string, unknown>;
    const name = LEVEL_NAMES[level as number] ?? '';
    const clock = new Date(time as string).toTimeString().slice(0, 8);
    const extra = Object.keys(rest).length > 0 ? ` ${JSON.stringify(rest)}` : '';
    const stack = (err as { stack?: string } | undefined)?.stack;
    const parts = [clock, name && `${name}:`, room && `[${room}]`, msg].filter(Boolean);
    return `${parts.join(' ')}${extra}${stack ? `\n${stack}` : ''}\n`;
  } catch {
    return line;
  }
}
