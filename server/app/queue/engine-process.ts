import { type ChildProcess, fork } from 'node:child_process';
import type { FromEngine, ToEngine } from '#contracts/messages.ts';
import type { JobLog } from './job-log.ts';
import { createLogTail } from './log-tail.ts';

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
  child.on('message', (message) => onMessage(message as FromEngine));

  const exited = new Promise<EngineExit>((resolve) => {
    // `close` comes after the pipes ended: what a crash wrote last is in the tail.
    child.once('close', (code, signal) => resolve({ code, signal, log: tail.text() }));
    child.once('error', (error) => {
      tail.add(`${error.message}\n`);
      if (child.pid === undefined) resolve({ code: null, signal: null, log: tail.text() });
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
