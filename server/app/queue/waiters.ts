/** Who waits for which job. The last one to give up tells, so that work nobody wants can end. */
export interface Waiters {
  /** Resolves on `finished(jobId)`; rejects with the signal's reason when it aborts. */
  wait(jobId: string, signal?: AbortSignal): Promise<void>;
  finished(jobId: string): void;
}

/** @param onDeserted nobody waits for this job any more */
export function createWaiters(onDeserted: (jobId: string) => void): Waiters {
  const waiting = new Map<string, Set<() => void>>();
  return {
    wait(jobId, signal) {
      return new Promise((resolve, reject) => {
        const mine = waiting.get(jobId) ?? new Set();
        waiting.set(jobId, mine);
        const giveUp = () => {
          mine.delete(done);
          if (mine.size === 0) {
            waiting.delete(jobId);
            onDeserted(jobId);
          }
          reject(signal?.reason);
        };
        const done = () => {
          signal?.removeEventListener('abort', giveUp);
          resolve();
        };
        mine.add(done);
        if (signal?.aborted) giveUp();
        else signal?.addEventListener('abort', giveUp, { once: true });
      });
    },
    finished(jobId) {
      const mine = waiting.get(jobId);
      waiting.delete(jobId);
      for (const done of mine ?? []) done();
    },
  };
}
