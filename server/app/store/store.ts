import type { JobQueue } from '../queue/job-queue.ts';
import { openDatabase } from './database.ts';
import { createEventRepository, type EventRepository } from './event-repository.ts';
import { createImageRepository, type ImageRepository } from './image-repository.ts';
import { createJobRepository, type JobRepository } from './job-repository.ts';
import {
  createFileHashRepository,
  createIdempotencyRepository,
  createKeyValue,
  createUploadRepository,
  type FileHashRepository,
  type IdempotencyRepository,
  type KeyValue,
  type UploadRepository,
} from './small-repositories.ts';
import { createSqliteQueue } from './sqlite-queue.ts';

/** All that the app remembers, but for pictures and settings, which are files. */
export interface Store {
  jobs: JobRepository;
  events: EventRepository;
  images: ImageRepository;
  uploads: UploadRepository;
  idempotency: IdempotencyRepository;
  hashes: FileHashRepository;
  kv: KeyValue;
  queue: JobQueue;
  /** Commits all of `body` or nothing; `body` is synchronous. */
  transaction<T>(body: () => T): T;
  close(): void;
}

/**
 * Opens the store in `file`. Throws when another process holds it or a newer version wrote it.
 * @param options.queueLimit jobs that may wait at once
 */
export function createStore(file: string, options: { queueLimit?: number } = {}): Store {
  const db = openDatabase(file);
  return {
    jobs: createJobRepository(db),
    events: createEventRepository(db),
    images: createImageRepository(db),
    uploads: createUploadRepository(db),
    idempotency: createIdempotencyRepository(db),
    hashes: createFileHashRepository(db),
    kv: createKeyValue(db),
    queue: createSqliteQueue(db, { limit: options.queueLimit ?? 1000 }),
    transaction: db.transaction,
    close: db.close,
  };
}
