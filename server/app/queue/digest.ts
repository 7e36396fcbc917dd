import { createHash } from 'node:crypto';

/** sha256 of a value as JSON with sorted keys: the same request however its keys are ordered. */
export function digestOf(value: unknown): string {
  const sorted = (_: string, item: unknown) =>
    item !== null && typeof item === 'object' && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item;
  return createHash('sha256')
    .update(JSON.stringify(value, sorted) ?? '')
    .digest('hex');
}
