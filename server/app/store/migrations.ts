/**
 * The schema, as numbered steps: entry n brings version n to n + 1. Published steps never change; add one at the end.
 * Times are ISO 8601 in UTC; JSON columns hold the contracts' types.
 */
export const MIGRATIONS: readonly (readonly string[])[] = [
  [
    `CREATE TABLE jobs (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      task TEXT NOT NULL,
      state TEXT NOT NULL,
      source TEXT NOT NULL,
      priority INTEGER NOT NULL,
      keep INTEGER NOT NULL,
      created_at TEXT NOT NULL,
      started_at TEXT,
      finished_at TEXT,
      attempt INTEGER NOT NULL DEFAULT 0,
      job TEXT NOT NULL,
      warnings TEXT NOT NULL,
      error TEXT,
      log TEXT,
      done TEXT
    ) STRICT`,
    'CREATE INDEX jobs_by_state ON jobs (state, number)',
    `CREATE TABLE events (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      job_id TEXT NOT NULL,
      kind TEXT NOT NULL,
      at TEXT NOT NULL
    ) STRICT`,
    'CREATE INDEX events_by_job ON events (job_id, seq)',
    `CREATE TABLE queue (
      place INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      priority INTEGER NOT NULL,
      attempt INTEGER NOT NULL DEFAULT 0,
      deaths INTEGER NOT NULL DEFAULT 0,
      fence INTEGER,
      worker TEXT
    ) STRICT`,
    'CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT',
    `CREATE TABLE images (
      id TEXT PRIMARY KEY,
      job_id TEXT NOT NULL,
      position INTEGER NOT NULL,
      state TEXT NOT NULL,
      saved INTEGER NOT NULL,
      path TEXT NOT NULL,
      temp TEXT NOT NULL,
      bytes INTEGER NOT NULL,
      sha256 TEXT NOT NULL,
      width INTEGER NOT NULL,
      height INTEGER NOT NULL,
      seed INTEGER NOT NULL,
      subseed INTEGER NOT NULL,
      infotext TEXT NOT NULL,
      grid INTEGER NOT NULL,
      created_at TEXT NOT NULL,
      UNIQUE (job_id, position)
    ) STRICT`,
    `CREATE TABLE uploads (
      id TEXT PRIMARY KEY,
      path TEXT NOT NULL,
      mime TEXT NOT NULL,
      bytes INTEGER NOT NULL,
      width INTEGER,
      height INTEGER,
      created_at TEXT NOT NULL
    ) STRICT`,
    `CREATE TABLE idempotency (
      key TEXT PRIMARY KEY,
      digest TEXT NOT NULL,
      job_id TEXT NOT NULL,
      created_at TEXT NOT NULL
    ) STRICT`,
    `CREATE TABLE file_hashes (
      path TEXT NOT NULL,
      kind TEXT NOT NULL,
      size_bytes INTEGER NOT NULL,
      mtime_ms REAL NOT NULL,
      hash TEXT NOT NULL,
      PRIMARY KEY (path, kind)
    ) STRICT`,
    'CREATE TABLE kv (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT',
  ],
];
