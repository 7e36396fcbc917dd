/** Starts the real program as a child, as a user would, and stops it: for browser tests and benchmarks. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { programFolder } from './program.ts';

export interface ServerOptions {
  /** Folder for outputs, settings and the database. */
  dataDir: string;
  /** Further flags of the server. */
  args?: readonly string[];
  /** True: through webui.sh, as a user starts it. Default: `node server/main.ts`. */
  throughScript?: boolean;
  /** Default: a free one. A restarted server keeps its port so that browsers find it again. */
  port?: number;
  env?: Record<string, string>;
  /** How long it may take to answer. */
  timeoutMs?: number;
}

export interface ServerProcess {
  url: string;
  port: number;
  pid: number;
  /** From the start of the process to its first answer. */
  readyMs: number;
  /** What it printed so far. */
  output(): string;
  /** As Ctrl-C does; resolves with the exit code when the process is gone. */
  stop(): Promise<number | null>;
  /** As a crash does. */
  kill(): Promise<number | null>;
}

export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const { dataDir, args = [], throughScript = false, env = {}, timeoutMs = 60_000 } = options;
  const port = options.port ?? (await freePort());
  const flags = ['--port', String(port), '--data-dir', dataDir, ...args];
  const main = throughScript
    ? [join(programFolder, 'webui.sh')]
    : [process.execPath, join(programFolder, 'server/main.ts')];
  const started = performance.now();
  const [command = '', ...rest] = [...main, ...flags];
  const child = spawn(command, rest, {
    env: { ...process.env, COMMANDLINE_ARGS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));

  const url = `http://127.0.0.1:${port}`;
  try {
    await untilAnswers(url, child, started + timeoutMs);
  } catch (error) {
    await end(child, 'SIGKILL');
    throw new Error(`the server did not start: ${(error as Error).message}\n${output}`);
  }
  return {
    url,
    port,
    pid: child.pid as number,
    readyMs: performance.now() - started,
    output: () => output,
    stop: () => end(child, 'SIGINT'),
    kill: () => end(child, 'SIGKILL'),
  };
}

async function untilAnswers(url: string, child: ChildProcess, deadline: number): Promise<void> {
  while (performance.now() < deadline) {
    if (hasEnded(child)) throw new Error(`it ended with code ${child.exitCode ?? child.signalCode}`);
    const answer = await fetch(`${url}/internal/ping`).catch(() => null);
    if (answer?.ok) return;
    await sleep(20);
  }
  throw new Error('it did not answer in time');
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (!hasEnded(child)) {
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }
  return child.exitCode;
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
