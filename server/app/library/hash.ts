import { Worker } from 'node:worker_threads';

/** Remembers sha256 of files by path, size and time of change. */
export interface HashCache {
  get(file: HashedFile): string | null;
  put(file: HashedFile, sha256: string): void;
}

export interface HashedFile {
  path: string;
  sizeBytes: number;
  mtimeMs: number;
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
