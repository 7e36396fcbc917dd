import { realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { TapestryError } from '#contracts/errors.ts';

/**
 * `root` joined with a path that came from outside; throws NOT_FOUND where it would leave `root`, is absolute, names a
 * drive or holds a NUL. Looks at the text alone: see `realInside` for links.
 */
export function safeJoin(root: string, requested: string): string {
  if (requested.includes('\0') || isAbsolute(requested) || /^[a-z]:/i.test(requested))
    throw refused(requested);
  if (requested.split(/[/\\]/).includes('..')) throw refused(requested);
  const path = resolve(root, requested);
  if (!isInside(root, path)) throw refused(requested);
  return path;
}

/** As `safeJoin`, for a file that exists: also no link on the way may lead out of `root`. */
export async function realInside(root: string, requested: string): Promise<string> {
  const path = safeJoin(root, requested);
  const [realRoot, real] = await Promise.all([realpath(root), realpath(path)]).catch(() => {
    throw refused(requested);
  });
  if (!isInside(realRoot, real)) throw refused(requested);
  return real;
}

/** Whether `path` is `root` or lies below it; both absolute. */
export function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

function refused(value: string): TapestryError {
  return new TapestryError('NOT_FOUND', { field: 'path', value });
}
