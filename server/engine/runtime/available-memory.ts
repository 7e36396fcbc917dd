import { freemem, totalmem } from 'node:os';

/** Share of the free memory that a model may take; the rest is for the app, the system and its file cache. */
const MODEL_SHARE = 0.75;

/** Bytes that this process can have at all: the machine's, or those of the control group that it runs in. */
export function memoryLimit(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 && constrained < totalmem() ? constrained : totalmem();
}

/**
 * Bytes that a model may come to use: a share of what the machine has free (evictable pages count as free), within the
 * limit of the control group that this process runs in.
 */
export function availableMemory(): number {
  return Math.max(0, MODEL_SHARE * Math.min(freemem(), memoryLimit() - process.memoryUsage.rss()));
}
