import { access, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { TapestryError } from '#contracts/errors.ts';
import type { CheckpointFile, Library } from '../services.ts';
import type { HashCache } from './hash.ts';
import { nearestNames } from './nearest.ts';
import { type Identify, type Identity, recommendedDefaults } from './passport.ts';
import { type FoundFile, scanFolder } from './scan.ts';

const ENDINGS = ['.safetensors', '.ckpt'] as const;
/** Pixels where a file says nothing. */
const DEFAULT_SIDE = 512;
/** A VAE that lies beside its checkpoint is not a checkpoint. */
const VAE_FILE = /\.vae\.[^.]+$/i;

export interface LibraryDeps {
  /** Folders of checkpoints, the first wins where a name occurs twice. */
  folders: readonly string[];
  identify: Identify;
  /** sha256 of a file, off the app's loop. */
  hashFile: (path: string) => Promise<string>;
  cache: HashCache;
}

interface Entry {
  found: FoundFile;
  file: CheckpointFile;
}

/** The checkpoints on disk. Empty until the first `refresh`. */
export function createLibrary({ folders, identify, hashFile, cache }: LibraryDeps): Library {
  let entries: Entry[] = [];
  const identities = new Map<string, { stamp: string; identity: Identity }>();
  const hashing = new Map<string, Promise<string>>();
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };

  async function identityOf(found: FoundFile): Promise<Identity> {
    const stamp = `${found.sizeBytes}:${found.mtimeMs}`;
    const known = identities.get(found.path);
    if (known?.stamp === stamp) return known.identity;
    const identity = await identify(found.path).catch((error: unknown) => {
      return { family: null, reason: (error as Error).message, broken: true, metadata: {} };
    });
    identities.set(found.path, { stamp, identity });
    return identity;
  }

  async function refresh(): Promise<void> {
    const scans = await Promise.all(folders.map((folder) => scanFolder(folder, ENDINGS)));
    const names = new Set<string>();
    const next: Entry[] = [];
    for (const found of scans.flat()) {
      if (VAE_FILE.test(found.name) || names.has(found.name)) continue;
      names.add(found.name);
      const identity = await identityOf(found);
      next.push({ found, file: await describe(found, identity, cache.get(found)) });
    }
    entries = next;
    changed();
  }

  async function hash(file: CheckpointFile): Promise<string> {
    const info = await stat(file.path).catch((error: unknown) => {
      throw new TapestryError('CHECKPOINT_MISSING', { value: file.name, cause: error });
    });
    const key = { path: file.path, sizeBytes: info.size, mtimeMs: info.mtimeMs };
    const known = cache.get(key) ?? (await hashOnce(key.path));
    if (cache.get(key) === null) cache.put(key, known);
    const entry = entries.find((each) => each.file.path === file.path);
    if (entry !== undefined && entry.file.sha256 !== known) {
      entry.file = withHash(entry.file, known);
      changed();
    }
    return known;
  }

  function hashOnce(path: string): Promise<string> {
    const running = hashing.get(path);
    if (running !== undefined) return running;
    const started = hashFile(path).finally(() => hashing.delete(path));
    hashing.set(path, started);
    return started;
  }

  return {
    checkpoints: () => entries.map((entry) => entry.file),
    resolve(name) {
      const files = entries.map((entry) => entry.file);
      if (files.length === 0) throw new TapestryError('NO_CHECKPOINT', { accepted: folders[0] ?? '' });
      const file = findByAnyName(files, name);
      if (file !== undefined) return file;
      const accepted = nearestNames(
        name,
        files.map((each) => each.title),
      ).join(', ');
      throw new TapestryError('UNKNOWN_CHECKPOINT', { field: 'sd_model_checkpoint', value: name, accepted });
    },
    refresh,
    hash,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/**
 * The file that a client means: by title, name, name without ending, stem, `model_name`, absolute path, short or whole
 * sha256, or a title with a hash that is old; exact first, then in any case.
 */
export function findByAnyName(files: readonly CheckpointFile[], wanted: string): CheckpointFile | undefined {
  const bare = wanted.replace(/\s*\[[0-9a-f]{8,64}\]\s*$/i, '').trim();
  const inBrackets = /\[([0-9a-f]{8,64})\]\s*$/i.exec(wanted)?.[1]?.toLowerCase();
  for (const name of [wanted.trim(), bare]) {
    const exact = files.find((file) => aliases(file).includes(name));
    if (exact !== undefined) return exact;
  }
  for (const name of [wanted.trim().toLowerCase(), bare.toLowerCase()]) {
    const loose = files.find((file) => aliases(file).some((alias) => alias.toLowerCase() === name));
    if (loose !== undefined) return loose;
  }
  return inBrackets === undefined ? undefined : files.find((file) => file.sha256?.startsWith(inBrackets));
}

function aliases(file: CheckpointFile): string[] {
  const hashes = file.sha256 === null ? [] : [file.sha256.slice(0, 10), file.sha256];
  const base = file.name.split('/').at(-1) ?? file.name;
  return [
    file.title,
    file.name,
    withoutEnding(file.name),
    base,
    file.stem,
    file.modelName,
    file.path,
    ...hashes,
  ];
}

async function describe(
  found: FoundFile,
  identity: Identity,
  sha256: string | null,
): Promise<CheckpointFile> {
  const yaml = `${withoutEnding(found.path)}.yaml`;
  const hasYaml = await access(yaml).then(
    () => true,
    () => false,
  );
  const file: CheckpointFile = {
    name: found.name,
    title: found.name,
    path: found.path,
    stem: withoutEnding(basename(found.path)),
    sha256: null,
    shortHash: null,
    modelName: withoutEnding(found.name).replaceAll('/', '_'),
    config: hasYaml ? yaml : null,
    sizeBytes: found.sizeBytes,
    family: identity.family,
    reason: identity.reason,
    broken: identity.broken ?? false,
    nativeWidth: identity.nativeWidth ?? DEFAULT_SIDE,
    nativeHeight: identity.nativeHeight ?? DEFAULT_SIDE,
    metadata: identity.metadata,
    defaults: recommendedDefaults(identity.metadata),
  };
  return sha256 === null ? file : withHash(file, sha256);
}

function withHash(file: CheckpointFile, sha256: string): CheckpointFile {
  const shortHash = sha256.slice(0, 10);
  return { ...file, sha256, shortHash, title: `${file.name} [${shortHash}]` };
}

function withoutEnding(path: string): string {
  return path.replace(/\.[^./\\]+$/, '');
}
