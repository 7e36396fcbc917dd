import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDatabase } from './database.ts';
import { createStore } from './store.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tapestry-store-'));
  file = join(folder, 'deep', 'test.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

it('keeps what was committed, and event numbers after their events are gone', () => {
  const first = createStore(file);
  first.kv.set('a', { b: 1 });
  const seq = first.events.append('j', 'queued', 'now');
  first.jobs.remove('j');
  first.close();
  const second = createStore(file);
  expect(second.kv.get('a')).toEqual({ b: 1 });
  expect(second.events.last()).toBe(seq);
  expect(second.events.append('j', 'done', 'now')).toBe(seq + 1);
  second.close();
});

it('commits all of a transaction or nothing, nested or not', () => {
  const store = createStore(file);
  const fail = () =>
    store.transaction(() => {
      store.kv.set('a', 1);
      store.transaction(() => store.kv.set('b', 2));
      throw new Error('half way');
    });
  expect(fail).toThrow('half way');
  expect([store.kv.get('a'), store.kv.get('b')]).toEqual([null, null]);
  store.close();
});

it('is written through to the disk at each commit', () => {
  const db = openDatabase(file);
  expect(db.one('PRAGMA journal_mode')).toEqual({ journal_mode: 'wal' });
  expect(db.one('PRAGMA synchronous')).toEqual({ synchronous: 2 });
  db.close();
});

it('refuses a second app, with a way out', () => {
  const store = createStore(file);
  const script = `import { createStore } from ${JSON.stringify(import.meta.resolve('./store.ts'))};
    try { createStore(${JSON.stringify(file)}); } catch (error) { console.log(error.message); }`;
  const answer = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect(answer).toContain('another server uses');
  expect(answer).toContain('--data-dir');
  store.close();
});

it('refuses a file of a newer version', () => {
  const db = openDatabase(file);
  db.run('PRAGMA user_version = 999');
  db.close();
  expect(() => openDatabase(file)).toThrow('newer version (schema 999');
});

it('remembers the hash of a file as it was', () => {
  const { hashes, close } = createStore(file);
  const stamp = { path: '/m', sizeBytes: 5, mtimeMs: 1.5 };
  hashes.put('sha256', stamp, 'abc');
  expect(hashes.get('sha256', stamp)).toBe('abc');
  expect(hashes.get('other', stamp)).toBeNull();
  expect(hashes.get('sha256', { ...stamp, mtimeMs: 2 })).toBeNull();
  close();
});
