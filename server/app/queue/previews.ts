import type { Preview } from '#contracts/live.ts';
import type { PreviewMessage } from '#contracts/messages.ts';
import type { JobLog } from './job-log.ts';

/** Encodes raw RGB (height × width × 3, row-major, 0..255). */
export type EncodePreview = (
  rgb: Uint8Array,
  width: number,
  height: number,
) => Promise<{ mime: string; data: Uint8Array }>;

export interface Previews {
  offer(message: PreviewMessage): void;
  latest(jobId: string): Preview | null;
  /** The job is over: what is still being encoded is dropped. */
  end(): void;
  onPreview(listener: (preview: Preview) => void): () => void;
}

/** Encodes one preview at a time; of those that come meanwhile only the newest is kept. */
export function createPreviews(encode: EncodePreview, log: JobLog): Previews {
  const listeners = new Set<(preview: Preview) => void>();
  let waiting: PreviewMessage | null = null;
  let busy = false;
  let newest: Preview | null = null;
  let run = 0;

  async function work(): Promise<void> {
    busy = true;
    for (let next = waiting; next !== null; next = waiting) {
      waiting = null;
      const mine = run;
      const { jobId, step, index, width, height, rgb } = next;
      try {
        const encoded = await encode(rgb, width, height);
        if (mine !== run) continue;
        newest = { jobId, step, index, width, height, ...encoded };
        for (const listener of listeners) listener(newest);
      } catch (thrown) {
        log.warn(`preview of job ${jobId} could not be encoded: ${String(thrown)}`);
      }
    }
    busy = false;
  }

  return {
    offer(message) {
      waiting = message;
      if (!busy) void work();
    },
    latest: (jobId) => (newest?.jobId === jobId ? newest : null),
    end() {
      run++;
      waiting = null;
      newest = null;
    },
    onPreview(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
