import type { RuntimeStats } from './types.ts';

/** Counts time spent in native calls. */
export interface StatsKeeper {
  /** Times an async call and adds it to one of the sums. */
  time<T>(sum: 'sessionRunMs' | 'sessionCreateMs', call: () => Promise<T>): Promise<T>;
  countPredict(): void;
  read(): RuntimeStats;
}

export function createStats(): StatsKeeper {
  const stats: RuntimeStats = { sessionRunMs: 0, sessionCreateMs: 0, predictCalls: 0 };
  return {
    async time(sum, call) {
      const start = performance.now();
      try {
        return await call();
      } finally {
        stats[sum] += performance.now() - start;
      }
    },
    countPredict: () => {
      stats.predictCalls += 1;
    },
    read: () => ({ ...stats }),
  };
}
