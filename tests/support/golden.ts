import { readFileSync } from 'node:fs';

const root = new URL('../golden/', import.meta.url);

/** Bytes of a reference file under `tests/golden`. */
export function goldenBytes(path: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(path, root)));
}

/** The cases of a reference set `tests/golden/<path>`: a JSON object with a `cases` list. */
export function goldenCases<T>(path: string): T[] {
  return (JSON.parse(readFileSync(new URL(path, root), 'utf8')) as { cases: T[] }).cases;
}
