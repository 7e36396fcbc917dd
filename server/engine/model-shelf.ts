/** Keeps opened checkpoints, the most recently used ones up to a limit. */
import { stat } from 'node:fs/promises';
import { TapestryError } from '#contracts/errors.ts';
import type { CheckpointModel, Runtime } from './runtime/types.ts';

export interface ModelShelf {
  /**
   * The model of the checkpoint file as it is now; a file that was replaced is opened anew. At most `limit` models stay
   * open. Throws CHECKPOINT_MISSING and what `Runtime.open` throws.
   */
  take(path: string, limit: number): Promise<CheckpointModel>;
  /** Closes all. */
  clear(): Promise<void>;
}

export function createModelShelf(runtime: Pick<Runtime, 'open'>): ModelShelf {
  /** Least recently used first. */
  const open = new Map<string, CheckpointModel>();

  const close = async (key: string) => {
    await open.get(key)?.close();
    open.delete(key);
  };

  return {
    async take(path, limit) {
      const file = await stat(path).catch((cause) => {
        throw new TapestryError('CHECKPOINT_MISSING', { value: path, cause });
      });
      const key = `${path}\n${file.size}\n${file.mtimeMs}`;
      let model = open.get(key);
      if (model) {
        open.delete(key);
      } else {
        // Closed before the next is opened: two checkpoints may not fit.
        const keep = Math.max(0, limit - 1);
        for (const old of [...open.keys()].slice(0, open.size - keep)) await close(old);
        model = await runtime.open(path);
      }
      open.set(key, model);
      return model;
    },
    async clear() {
      for (const key of [...open.keys()]) await close(key);
    },
  };
}
