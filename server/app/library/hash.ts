import { readFile } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { writeFileAtomic } from '#io/atomic.ts';

/** Remembers sha256 of files by path, size and time of change. */
export interface HashCache {
  get(file: HashedFile): string | null;
  set(file: HashedFile, sha256: string): Promise<void>;
}

export interface HashedFile {
  path: string;
  sizeBytes: number;
  mtimeMs: number;
}

interface Entry {
  size: number;
  mtime: number;
  sha256: string;
}

/** sha256 of a file in lower-case hex, computed in a worker thread so that a checkpoint of 7 GB holds nobody up. */
export function hashFile(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./hash-worker.ts', import.meta.url), { workerData: path });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`hashing ${path} ended with ${code}`)));
  });
}

/** A cache in one JSON file. A missing or broken file is an empty cache: hashes can be computed again. */
export async function createHashCache(file: string): Promise<HashCache> {
  const entries = new Map<string, Entry>(Object.entries(await readEntries(file)));
  let writing: Promise<void> = Promise.resolve();
  return {
    get({ path, sizeBytes, mtimeMs }) {
      const entry = entries.get(path);
      return entry !== undefined && entry.size === sizeBytes && entry.mtime === mtimeMs ? entry.sha256 : null;
    },
    set({ path, sizeBytes, mtimeMs }, sha256) {
      entries.set(path, { size: sizeBytes, mtime: mtimeMs, sha256 });
      const write = () => writeFileAtomic(file, JSON.stringify(Object.fromEntries(entries), null, 1));
      writing = writing.then(write, write);
      return writing;
    },
  };
}

async function readEntries(file: string): Promise<Record<string, Entry>> {
  try {
    const parsed: unknown = JSON.parse(await readFile(file, 'utf8'));
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, Entry>) : {};
  } catch {
    return {};
  }
}
