import { freemem, totalmem } from 'node:os';

/**
 * Bytes that this process may still come to use: what the machine has free (evictable pages count as free), within the
 * limit of the control group it runs in.
 */
export function availableMemory(): number {
  const constrained = process.constrainedMemory();
  const limit = constrained > 0 && constrained < totalmem() ? constrained : totalmem();
  return Math.max(0, Math.min(freemem(), limit - process.memoryUsage.rss()));
}
