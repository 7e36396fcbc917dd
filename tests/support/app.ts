/** The real app on a data folder of its own. */
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { programFolder } from '../../scripts/lib/program.ts';
import { type ServerProcess, startServer } from '../../scripts/lib/server-process.ts';

export const DEFAULT_MODEL = join(programFolder, 'models/Stable-diffusion/tapestry-emoji.safetensors');

export interface TestApp extends ServerProcess {
  dataFolder: string;
}

export interface StartOptions {
  flags?: string[];
  /** An existing data folder; without it a fresh one with the default model. */
  dataFolder?: string;
  port?: number;
  env?: Record<string, string>;
}

/** A fresh data folder whose checkpoint folder holds a link to the default model. */
async function createDataFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tapestry-test-'));
  const checkpoints = join(folder, 'models', 'Stable-diffusion');
  await mkdir(checkpoints, { recursive: true });
  await symlink(DEFAULT_MODEL, join(checkpoints, 'tapestry-emoji.safetensors'));
  return folder;
}

export async function removeDataFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Resolves when the app answers. Throws with its output when it ends before. */
export async function startApp({ flags, dataFolder, ...rest }: StartOptions = {}): Promise<TestApp> {
  const folder = dataFolder ?? (await createDataFolder());
  const server = await startServer({ dataDir: folder, args: flags ?? [], ...rest });
  return { ...server, dataFolder: folder };
}

/** Polls until the condition holds; throws after `timeoutMs`. */
export async function until(condition: () => Promise<boolean> | boolean, timeoutMs = 20_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`still not so after ${timeoutMs} ms: ${condition}`);
    await sleep(50);
  }
}
