/** Moving a finished file to its final name so that nothing is ever overwritten and a crash loses nothing. */
import { constants } from 'node:fs';
import type * as fs from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** The calls that a full or read-only disk makes fail; tests replace single ones. */
export type FileCalls = Pick<
  typeof fs,
  'copyFile' | 'link' | 'mkdir' | 'open' | 'readFile' | 'readdir' | 'rename' | 'rm' | 'unlink' | 'writeFile'
>;

/** Answers of `link` where the file system has no hard links or the folders lie on two of them. */
const NO_LINK: ReadonlySet<string> = new Set(['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/**
 * Gives the bytes of `from` the name `to`, durably. `from` stays: the caller removes it once its row is committed.
 * Returns false, with nothing done, where `to` exists.
 */
export async function placeFile(calls: FileCalls, from: string, to: string): Promise<boolean> {
  try {
    await calls.link(from, to);
  } catch (thrown) {
    const code = errnoOf(thrown);
    if (code === 'EEXIST') return false;
    if (code === null || !NO_LINK.has(code)) throw thrown;
    if (!(await placeCopy(calls, from, to))) return false;
  }
  await syncFolder(calls, dirname(to));
  return true;
}

/** Copies beside the target, reserves the name with an empty file, then replaces that one in a single step. */
async function placeCopy(calls: FileCalls, from: string, to: string): Promise<boolean> {
  const part = partOf(to);
  try {
    await calls.copyFile(from, part, constants.COPYFILE_FICLONE);
    await syncFile(calls, part);
    await (await calls.open(to, 'wx')).close();
    await calls.rename(part, to);
    return true;
  } catch (thrown) {
    await calls.rm(part, { force: true });
    if (errnoOf(thrown) === 'EEXIST') return false;
    throw thrown;
  }
}

/** Where a copy on its way to `path` lies. */
export function partOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.part`);
}

export async function syncFile(calls: FileCalls, path: string): Promise<void> {
  const handle = await calls.open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a new name in a folder durable. Windows and some network folders cannot: there the journal has to do. */
async function syncFolder(calls: FileCalls, folder: string): Promise<void> {
  try {
    const handle = await calls.open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (thrown) {
    const code = errnoOf(thrown);
    if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EIO') throw thrown;
  }
}

/** `ENOSPC` and its like; null for anything that is no system error. */
export function errnoOf(thrown: unknown): string | null {
  const code = (thrown as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : null;
}
