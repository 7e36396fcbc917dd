/** Starts the real app in a process of its own, on a data folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PROGRAM = fileURLToPath(new URL('../../', import.meta.url));
export const DEFAULT_MODEL = join(PROGRAM, 'models/Stable-diffusion/tapestry-emoji.safetensors');

export interface TestApp {
  url: string;
  dataFolder: string;
  process: ChildProcess;
  /** Everything it printed. */
  output(): string;
  /** SIGTERM, then waits for the end; the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL, then waits for the end. The data folder stays. */
  kill(): Promise<void>;
}

export interface StartOptions {
  flags?: string[];
  /** An existing data folder; without it a fresh one with the default model. */
  dataFolder?: string;
  port?: number;
  env?: Record<string, string>;
}

/** A fresh data folder whose checkpoint folder holds a link to the default model. */
export async function createDataFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tapestry-test-'));
  const checkpoints = join(folder, 'models', 'Stable-diffusion');
  await mkdir(checkpoints, { recursive: true });
  await symlink(DEFAULT_MODEL, join(checkpoints, 'tapestry-emoji.safetensors'));
  return folder;
}

export async function removeDataFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** A copy of a file inside the data folder's checkpoint folder. */
export async function addCheckpoint(dataFolder: string, source: string, name: string): Promise<void> {
  await cp(source, join(dataFolder, 'models', 'Stable-diffusion', name));
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Resolves when the app answers. Throws with its output when it ends before. */
export async function startApp({
  flags = [],
  dataFolder,
  env = {},
  ...rest
}: StartOptions = {}): Promise<TestApp> {
  const folder = dataFolder ?? (await createDataFolder());
  const port = rest.port ?? (await freePort());
  const child = spawn(
    process.execPath,
    [join(PROGRAM, 'server/main.ts'), '--port', String(port), '--data-dir', folder, ...flags],
    { cwd: PROGRAM, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  child.stderr.on('data', (chunk) => {
    text += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const app: TestApp = {
    url: `http://127.0.0.1:${port}`,
    dataFolder: folder,
    process: child,
    output: () => text,
    async stop() {
      child.kill('SIGTERM');
      return ended;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`the app ended with ${child.exitCode}:\n${text}`);
    return (await fetch(`${app.url}/internal/ping`).catch(() => null))?.ok === true;
  }, 30_000);
  return app;
}

/** Polls until the condition holds; throws after `timeoutMs`. */
export async function until(condition: () => Promise<boolean> | boolean, timeoutMs = 20_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`still not so after ${timeoutMs} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
