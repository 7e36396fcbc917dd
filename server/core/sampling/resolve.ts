import { SAMPLERS } from './samplers/index.ts';
import { SCHEDULERS } from './schedulers/index.ts';
import type { Sampler, Scheduler } from './types.ts';

/** Names that `accepted` of an error lists. */
const SUGGESTIONS = 3;

export type Resolved<T> = { found: T } | { found?: never; nearest: string[] };

export interface ResolvedSampler {
  sampler: Sampler;
  /** From a suffix as in "DPM++ 2M Karras"; an explicit scheduler goes before it. */
  scheduler?: Scheduler;
}

/**
 * The sampler that `name` means: exact, then by alias, then in any case, then with a scheduler's name as suffix; else
 * the nearest names.
 */
export function resolveSampler(
  name: string,
  samplers: readonly Sampler[] = SAMPLERS,
  schedulers: readonly Scheduler[] = SCHEDULERS,
): Resolved<ResolvedSampler> {
  const trimmed = name.trim();
  const sampler = findNamed(trimmed, samplers, samplerNames);
  if (sampler) return { found: { sampler } };
  for (const scheduler of schedulers) {
    for (const suffix of schedulerNames(scheduler)) {
      if (!trimmed.toLowerCase().endsWith(` ${suffix.toLowerCase()}`)) continue;
      const stem = findNamed(trimmed.slice(0, -suffix.length).trim(), samplers, samplerNames);
      if (stem) return { found: { sampler: stem, scheduler } };
    }
  }
  return { nearest: nearestNames(trimmed, samplers.map(samplerNames)) };
}

/** The scheduler that `name` means: label, name or alias, exact or in any case; else the nearest labels. */
export function resolveScheduler(
  name: string,
  schedulers: readonly Scheduler[] = SCHEDULERS,
): Resolved<Scheduler> {
  const found = findNamed(name.trim(), schedulers, schedulerNames);
  return found ? { found } : { nearest: nearestNames(name.trim(), schedulers.map(schedulerNames)) };
}

const samplerNames = ({ name, aliases }: Sampler) => [name, ...aliases];
const schedulerNames = ({ label, name, aliases }: Scheduler) => [label, name, ...aliases];

function findNamed<T>(name: string, items: readonly T[], namesOf: (item: T) => string[]): T | undefined {
  const lower = name.toLowerCase();
  return (
    items.find((item) => namesOf(item)[0] === name) ??
    items.find((item) => namesOf(item).includes(name)) ??
    items.find((item) => namesOf(item).some((known) => known.toLowerCase() === lower))
  );
}

/** The first names of the items that come nearest by any of their names. */
function nearestNames(name: string, items: readonly string[][]): string[] {
  const distance = (names: string[]) =>
    Math.min(...names.map((known) => editDistance(name.toLowerCase().slice(0, 100), known.toLowerCase())));
  return items
    .map((names) => ({ label: names[0]!, distance: distance(names) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, SUGGESTIONS)
    .map(({ label }) => label);
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
