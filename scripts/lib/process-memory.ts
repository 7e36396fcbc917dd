/** Memory of processes, read from Linux's /proc. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';

export interface ProcessMemory {
  rssBytes: number;
  /** Heap and other pages that only this process can hold. */
  anonymousBytes: number;
  /** Resident pages of mapped files: weights read in place. The system may drop them at any time. */
  fileBytes: number;
}

/** Null where there is no such process or no /proc. */
export function readMemory(pid: number): ProcessMemory | null {
  const text = readProc(`/proc/${pid}/smaps_rollup`);
  if (text === null) return null;
  const bytes = (field: string) =>
    1024 * Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
  const rssBytes = bytes('Rss');
  const anonymousBytes = bytes('Anonymous');
  return { rssBytes, anonymousBytes, fileBytes: rssBytes - anonymousBytes };
}

/** Pids of a process's children whose command line contains `part`. */
export function childrenOf(pid: number, part: string): number[] {
  const tasks = `/proc/${pid}/task`;
  if (!existsSync(tasks)) return [];
  return readdirSync(tasks)
    .flatMap((task) => (readProc(`${tasks}/${task}/children`) ?? '').split(' '))
    .filter((child) => child !== '' && (readProc(`/proc/${child}/cmdline`) ?? '').includes(part))
    .map(Number);
}

function readProc(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** Keeps the highest readings of a process until stopped. */
export function watchMemory(findPid: () => number | undefined, everyMs = 100) {
  const peak: ProcessMemory = { rssBytes: 0, anonymousBytes: 0, fileBytes: 0 };
  const timer = setInterval(() => {
    const pid = findPid();
    const now = pid === undefined ? null : readMemory(pid);
    if (now === null) return;
    for (const key of Object.keys(peak) as (keyof ProcessMemory)[]) peak[key] = Math.max(peak[key], now[key]);
  }, everyMs);
  return {
    stop(): ProcessMemory {
      clearInterval(timer);
      return peak;
    },
  };
}
