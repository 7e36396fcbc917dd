import { posix, win32 } from 'node:path';

export interface ExternalFolder {
  /** What onnxruntime is told to look into. */
  folder: string;
  /** A file's location relative to it, with forward slashes. */
  locate(file: string): string;
}

/**
 * The folder under which all of these files lie. onnxruntime refuses absolute locations and any that leave the folder,
 * and resolves links before it checks, so the paths must be real ones. On Windows files on two drives have no such
 * folder: throws.
 */
export function externalFolder(files: readonly string[], path: typeof posix = hostPath()): ExternalFolder {
  const folders = files.map((file) => path.dirname(file));
  const [first] = folders;
  if (first === undefined) return { folder: path.resolve('.'), locate: (file) => file };
  let folder = first;
  while (!folders.every((other) => isInside(path, folder, other))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error(`${files.join(' and ')} lie on different drives`);
    folder = parent;
  }
  return { folder, locate: (file) => path.relative(folder, file).split(path.sep).join('/') };
}

function isInside(path: typeof posix, folder: string, other: string): boolean {
  const relative = path.relative(folder, other);
  return relative === '' || !(relative.startsWith('..') || path.isAbsolute(relative));
}

function hostPath(): typeof posix {
  return process.platform === 'win32' ? win32 : posix;
}
