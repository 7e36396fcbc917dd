import { freemem, totalmem } from 'node:os';

/** Share of the free memory that a model may take; the rest is for the app, the system and its file cache. */
const MODEL_SHARE = 0.75;

/**
 * Bytes that a model may come to use: a share of what the machine has free (evictable pages count as free), within the
 * limit of the control group that this process runs in.
 */
export function availableMemory(): number {
  const constrained = process.constrainedMemory();
  const limit = constrained > 0 && constrained < totalmem() ? constrained : totalmem();
  return Math.max(0, MODEL_SHARE * Math.min(freemem(), limit - process.memoryUsage.rss()));
}
