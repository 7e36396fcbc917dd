/**
 * One SQLite file in WAL with `synchronous=FULL`: what a transaction committed survives a power cut. This is the only
 * file that imports node:sqlite.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { TapestryError } from '#contracts/errors.ts';
import { MIGRATIONS } from './migrations.ts';

/** A thin face over node:sqlite: statements are prepared once per text. */
export interface Database {
  /** Rows as plain objects. */
  all<T extends object>(sql: string, ...values: SQLInputValue[]): T[];
  /** The first row or null. */
  one<T extends object>(sql: string, ...values: SQLInputValue[]): T | null;
  /** Runs a statement; returns how many rows it changed. Throws DISK_FULL. */
  run(sql: string, ...values: SQLInputValue[]): number;
  /** Commits all of `body` or nothing. Calls nest: the outermost commits. Throws DISK_FULL. */
  transaction<T>(body: () => T): T;
  close(): void;
}

const SQLITE_BUSY = 5;
const SQLITE_FULL = 13;

/**
 * Opens (or makes) the database and brings its schema up to date. The file is locked for this process alone: two apps
 * over one data folder would take each other's jobs.
 */
export function openDatabase(file: string): Database {
  mkdirSync(dirname(file), { recursive: true });
  const connection = open(file);
  const prepared = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  let depth = 0;

  const statement = (sql: string) => {
    const known = prepared.get(sql) ?? connection.prepare(sql);
    prepared.set(sql, known);
    return known;
  };
  const guarded = <T>(body: () => T): T => {
    try {
      return body();
    } catch (thrown) {
      if (errcode(thrown) !== SQLITE_FULL) throw thrown;
      throw new TapestryError('DISK_FULL', { value: file, cause: thrown });
    }
  };

  const database: Database = {
    all: <T extends object>(sql: string, ...values: SQLInputValue[]) =>
      guarded(() => statement(sql).all(...values)) as T[],
    one: <T extends object>(sql: string, ...values: SQLInputValue[]) =>
      (guarded(() => statement(sql).get(...values)) ?? null) as T | null,
    run: (sql, ...values) => guarded(() => Number(statement(sql).run(...values).changes)),
    transaction(body) {
      if (depth > 0) return body();
      depth++;
      connection.exec('BEGIN IMMEDIATE');
      try {
        const result = body();
        guarded(() => connection.exec('COMMIT'));
        return result;
      } catch (thrown) {
        if (connection.isTransaction) connection.exec('ROLLBACK');
        throw thrown;
      } finally {
        depth--;
      }
    },
    close: () => connection.close(),
  };
  migrate(database, file);
  return database;
}

function open(file: string): DatabaseSync {
  const connection = new DatabaseSync(file, { timeout: 2000 });
  try {
    connection.exec('PRAGMA locking_mode = EXCLUSIVE');
    connection.exec('PRAGMA journal_mode = WAL');
    connection.exec('PRAGMA synchronous = FULL');
    // The first write takes the lock: better here than at the first job.
    connection.exec('BEGIN IMMEDIATE; COMMIT');
    return connection;
  } catch (thrown) {
    connection.close();
    if (errcode(thrown) !== SQLITE_BUSY) throw thrown;
    const reason = `another server uses ${file}; stop it, or give this one its own --data-dir`;
    throw new TapestryError('INTERNAL', { reason, cause: thrown });
  }
}

function migrate(database: Database, file: string): void {
  const version = database.one<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0;
  if (version > MIGRATIONS.length) {
    const reason = `${file} was written by a newer version (schema ${version}, this one knows ${MIGRATIONS.length})`;
    throw new TapestryError('INTERNAL', { reason });
  }
  for (const [index, statements] of MIGRATIONS.entries()) {
    if (index < version) continue;
    database.transaction(() => {
      for (const sql of statements) database.run(sql);
      database.run(`PRAGMA user_version = ${index + 1}`);
    });
  }
}

function errcode(thrown: unknown): number | null {
  const code = (thrown as { errcode?: unknown } | null)?.errcode;
  // Extended result codes carry the primary one in their low byte.
  return typeof code === 'number' ? code & 0xff : null;
}
