/** The tables of a few columns: uploads, idempotency keys, file hashes, key-value. */
import type { Database } from './database.ts';

export interface UploadRow {
  /** sha256 of the bytes, lower-case hex. */
  id: string;
  /** Relative to the uploads folder. */
  path: string;
  mime: string;
  bytes: number;
  width: number | null;
  height: number | null;
  createdAt: string;
}

export interface UploadRepository {
  get(id: string): UploadRow | null;
  /** Same bytes twice: one row. */
  put(row: UploadRow): void;
}

export function createUploadRepository(db: Database): UploadRepository {
  return {
    get: (id) => db.one<UploadRow>('SELECT *, created_at AS createdAt FROM uploads WHERE id = ?', id),
    put(row) {
      db.run(
        `INSERT OR REPLACE INTO uploads (id, path, mime, bytes, width, height, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
        row.id,
        row.path,
        row.mime,
        row.bytes,
        row.width,
        row.height,
        row.createdAt,
      );
    },
  };
}

export interface IdempotencyRepository {
  get(key: string): { digest: string; jobId: string } | null;
  put(key: string, digest: string, jobId: string, at: string): void;
  removeBefore(time: string): void;
}

export function createIdempotencyRepository(db: Database): IdempotencyRepository {
  return {
    get: (key) => db.one('SELECT digest, job_id AS jobId FROM idempotency WHERE key = ?', key),
    put(key, digest, jobId, at) {
      db.run(
        'INSERT OR REPLACE INTO idempotency (key, digest, job_id, created_at) VALUES (?, ?, ?, ?)',
        key,
        digest,
        jobId,
        at,
      );
    },
    removeBefore: (time) => void db.run('DELETE FROM idempotency WHERE created_at < ?', time),
  };
}

/** A file as it was when it was hashed: another size or time and the hash no longer holds. */
export interface FileStamp {
  path: string;
  sizeBytes: number;
  mtimeMs: number;
}

export interface FileHashRepository {
  /** `kind` names the definition, e.g. `sha256`. */
  get(kind: string, file: FileStamp): string | null;
  put(kind: string, file: FileStamp, hash: string): void;
}

export function createFileHashRepository(db: Database): FileHashRepository {
  return {
    get(kind, file) {
      const row = db.one<{ hash: string }>(
        'SELECT hash FROM file_hashes WHERE path = ? AND kind = ? AND size_bytes = ? AND mtime_ms = ?',
        file.path,
        kind,
        file.sizeBytes,
        file.mtimeMs,
      );
      return row?.hash ?? null;
    },
    put(kind, file, hash) {
      db.run(
        'INSERT OR REPLACE INTO file_hashes (path, kind, size_bytes, mtime_ms, hash) VALUES (?, ?, ?, ?, ?)',
        file.path,
        kind,
        file.sizeBytes,
        file.mtimeMs,
        hash,
      );
    },
  };
}

/** JSON values by key, for small things that should survive a restart. */
export interface KeyValue {
  get<T>(key: string): T | null;
  set(key: string, value: unknown): void;
}

export function createKeyValue(db: Database): KeyValue {
  return {
    get<T>(key: string) {
      const row = db.one<{ value: string }>('SELECT value FROM kv WHERE key = ?', key);
      return row === null ? null : (JSON.parse(row.value) as T);
    },
    set: (key, value) =>
      void db.run('INSERT OR REPLACE INTO kv (key, value) VALUES (?, ?)', key, JSON.stringify(value)),
  };
}
