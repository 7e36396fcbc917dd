import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DoorConfig, parseCredentials } from './door/door-config.ts';
import { normalizeSubpath } from './door/subpath.ts';
import type { Flags } from './flags.ts';
import type { Paths } from './services.ts';

/** Everything that flags decide, checked. */
export interface AppConfig {
  flags: Flags;
  paths: Paths;
  door: DoorConfig;
  /** Port that was asked for; null: the next free one from `firstPort`. */
  port: number | null;
  firstPort: number;
}

const PROGRAM = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '');

/** Reads what flags name, and makes the folders that a start needs. Throws with a text for people. */
export async function readConfig(flags: Flags, cwd: string = process.cwd()): Promise<AppConfig> {
  const paths = readPaths(flags, cwd);
  await mkdir(paths.state, { recursive: true });
  await mkdir(paths.checkpoints[0] ?? '', { recursive: true });
  return {
    flags,
    paths,
    door: await readDoor(flags, paths, cwd),
    port: flags.port ?? null,
    firstPort: flags.nowebui ? 7861 : 7860,
  };
}

/** The user's folders come first; what ships with the program is there from any data folder. */
function readPaths(flags: Flags, cwd: string): Paths {
  const data = flags.dataDir === undefined ? PROGRAM : resolve(cwd, flags.dataDir);
  const models = flags.modelsDir === undefined ? join(data, 'models') : resolve(cwd, flags.modelsDir);
  const checkpoints = [
    join(models, 'Stable-diffusion'),
    ...flags.ckptDir.map((folder) => resolve(cwd, folder)),
    join(PROGRAM, 'models', 'Stable-diffusion'),
  ];
  return {
    program: PROGRAM,
    data,
    state: join(data, '.tapestry'),
    checkpoints: [...new Set(checkpoints)],
    outputs: join(data, 'outputs'),
    extensions: [...new Set([join(PROGRAM, 'extensions'), join(data, 'extensions')])],
  };
}

async function readDoor(flags: Flags, paths: Paths, cwd: string): Promise<DoorConfig> {
  const fromFile =
    flags.gradioAuthPath === undefined ? '' : await readFile(resolve(cwd, flags.gradioAuthPath), 'utf8');
  const { listen, serverName } = flags;
  return {
    bindHost: listen ? '0.0.0.0' : (serverName ?? '127.0.0.1'),
    names: serverName === undefined ? [] : [serverName],
    corsOrigins: (flags.corsAllowOrigins ?? '')
      .split(',')
      .map((each) => each.trim().replace(/\/$/, ''))
      .filter(Boolean),
    corsPattern:
      flags.corsAllowOriginsRegex === undefined ? null : new RegExp(`^(?:${flags.corsAllowOriginsRegex})$`),
    apiAuth: parseCredentials(flags.apiAuth ?? ''),
    uiAuth: parseCredentials(`${flags.gradioAuth ?? ''},${fromFile}`),
    allowOpen: flags.allowOpen,
    subpath: normalizeSubpath(flags.subpath),
    secret: await readSecret(join(paths.state, 'session-key')),
  };
}

/** A random key that stays over restarts, so that nobody has to log in again. */
async function readSecret(file: string): Promise<string> {
  const known = await readFile(file, 'utf8').catch(() => '');
  if (known.length >= 32) return known;
  const secret = randomBytes(32).toString('hex');
  await writeFile(file, secret, { mode: 0o600 });
  return secret;
}
