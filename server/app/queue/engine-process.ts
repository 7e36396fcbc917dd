import { type ChildProcess, fork } from 'node:child_process';
import type { FromEngine, ToEngine } from '#contracts/messages.ts';
import type { JobLog } from './job-log.ts';
import { createLogTail } from './log-tail.ts';

const LAST_WORDS_MS = 1000;

export interface EngineCommand {
  /** Absolute path of the engine's entry. */
  entry: string;
  args?: readonly string[];
  env?: NodeJS.ProcessEnv;
  /** Flags of Node itself. */
  execArgv?: readonly string[];
}

export interface EngineExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Tail of what it wrote to stdout and stderr. */
  log: string;
}

/** A forked engine. It ends by itself when the channel to the app closes. */
export interface EngineProcess {
  readonly pid: number | null;
  send(message: ToEngine): void;
  /** At once, whatever it is doing: a blocked loop hears no signal that could be caught. */
  kill(): void;
  /** Resolves once, after the process is gone and its output is read. */
  exited: Promise<EngineExit>;
}

export function forkEngine(
  command: EngineCommand,
  onMessage: (message: FromEngine) => void,
  log: JobLog,
): EngineProcess {
  const child: ChildProcess = fork(command.entry, [...(command.args ?? [])], {
    env: command.env ?? process.env,
    execArgv: [...(command.execArgv ?? [])],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const tail = createLogTail();
  const read = (chunk: Buffer | string) => {
    const text = String(chunk);
    tail.add(text);
    for (const line of text.split('\n')) if (line.trim() !== '') log.info(`engine: ${line}`);
  };
  child.stdout?.setEncoding('utf8').on('data', read);
  child.stderr?.setEncoding('utf8').on('data', read);
  child.on('message', (message) => {
    // Extensions share the engine's process, and with it this channel.
    if (isMessage(message)) onMessage(message);
  });
  // Without the channel it can neither hear nor tell: it should have ended by itself.
  child.once('disconnect', () => setTimeout(() => child.kill('SIGKILL'), LAST_WORDS_MS).unref());

  const exited = new Promise<EngineExit>((resolve) => {
    const end = (code: number | null, signal: NodeJS.Signals | null) =>
      resolve({ code, signal, log: tail.text() });
    // `close` comes after the pipes ended, with what a crash wrote last. Something that the engine started and that
    // outlives it can hold them open.
    child.once('close', end);
    child.once('exit', (code, signal) => setTimeout(() => end(code, signal), LAST_WORDS_MS).unref());
    child.on('error', (error) => {
      tail.add(`${error.message}\n`);
      if (child.pid === undefined) end(null, null);
    });
  });

  return {
    pid: child.pid ?? null,
    exited,
    send(message) {
      // A channel that closes under the message means that the end of the process is on its way.
      if (child.connected) child.send(message, (error) => error && log.warn(`engine: ${error.message}`));
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

function isMessage(message: unknown): message is FromEngine {
  return typeof message === 'object' && message !== null && typeof (message as FromEngine).type === 'string';
}
