import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** A file that a scan found. */
export interface FoundFile {
  /** Absolute. */
  path: string;
  /** Path below the scanned folder with `/`, as A1111 names a model. */
  name: string;
  sizeBytes: number;
  mtimeMs: number;
}

/**
 * All files below `root` with one of the endings (lower case, with dot), sorted by name without regard to case. Follows
 * links; a folder that is reached twice by links is walked once. Folders that are missing or cannot be read count as empty.
 */
export async function scanFolder(root: string, endings: readonly string[]): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  const visited = new Set<string>();

  async function walk(folder: string): Promise<void> {
    const real = await realpath(folder).catch(() => null);
    if (real === null || visited.has(real)) return;
    visited.add(real);
    const entries: Dirent[] = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = join(folder, entry.name);
      // Links are looked through; a link to nothing is left out.
      const info = await stat(path).catch(() => null);
      if (info?.isDirectory()) await walk(path);
      else if (info?.isFile() && endings.some((ending) => entry.name.toLowerCase().endsWith(ending))) {
        const name = relative(root, path).split(sep).join('/');
        found.push({ path, name, sizeBytes: info.size, mtimeMs: info.mtimeMs });
      }
    }
  }

  await walk(root);
  return found.sort((a, b) => compareNames(a.name, b.name));
}

function compareNames(a: string, b: string): number {
  return a.toLowerCase() < b.toLowerCase() ? -1 : a.toLowerCase() > b.toLowerCase() ? 1 : 0;
}
