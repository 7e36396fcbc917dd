import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { TapestryError } from '#contracts/errors.ts';

/**
 * Writes a file so that a reader sees the old content or the new, also after a crash: a temporary file beside it, flushed,
 * then renamed over it. Creates the folder. Throws DISK_FULL or OUTPUT_UNWRITABLE.
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw writeError(path, error);
  }
}

/** What the file system says about a failed write, as a coded error; one that is coded already stays as it is. */
export function writeError(path: string, error: unknown): TapestryError {
  if (error instanceof TapestryError) return error;
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new TapestryError('DISK_FULL', { value: path, cause: error });
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new TapestryError('OUTPUT_UNWRITABLE', { value: path, reason, cause: error });
}
