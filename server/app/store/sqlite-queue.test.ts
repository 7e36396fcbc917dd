import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testJobQueue } from '../queue/testing/job-queue-contract.ts';
import { createStore } from './store.ts';

testJobQueue('the SQLite queue', async (queueLimit) => {
  const folder = mkdtempSync(join(tmpdir(), 'tapestry-queue-'));
  const store = createStore(join(folder, 'test.db'), { queueLimit });
  return {
    queue: store.queue,
    close: async () => {
      store.close();
      rmSync(folder, { recursive: true });
    },
  };
});
