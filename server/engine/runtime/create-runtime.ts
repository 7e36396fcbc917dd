import { availableParallelism } from 'node:os';
import { availableMemory, memoryLimit } from './available-memory.ts';
import { createCheckpointModel } from './checkpoint-model.ts';
import { DEFAULT_BUDGET_BYTES, SMALL_PART_ELEMENTS } from './memory-plan.ts';
import { openCheckpoint } from './open-checkpoint.ts';
import { chooseProvider } from './provider-probe.ts';
import { createSessionCache } from './session-cache.ts';
import { createStats } from './stats.ts';
import type { Device, Runtime } from './types.ts';

export interface RuntimeDeps {
  device: Device;
  /** Threads of one op. @default every core this process may use */
  threads?: number;
  /** Memory that a model may take. @default 3 GiB, or three quarters of what is free if that is less */
  memoryBytes?: number;
  /** Parts of a model with at most this many weights are loaded for speed, others for memory. */
  smallPartElements?: number;
  log?: (message: string) => void;
}

/** A runtime on the provider that the probe chose. Throws ENGINE_UNAVAILABLE when not even the CPU runs. */
export async function createRuntime(deps: RuntimeDeps): Promise<Runtime> {
  const log = deps.log ?? (() => {});
  const threads = deps.threads ?? availableParallelism();
  const { provider, notes } = await chooseProvider(deps.device, threads);
  log(`onnxruntime runs on ${provider} with ${threads} threads`);
  for (const note of notes) log(`not taken: ${note}`);

  const sessions = createSessionCache();
  const stats = createStats();
  let opened = 0;
  return {
    provider,
    notes,
    async open(path) {
      const checkpoint = await openCheckpoint(path);
      opened += 1;
      return createCheckpointModel(checkpoint, {
        provider,
        threads,
        id: `${opened}`,
        budgetBytes: () => deps.memoryBytes ?? Math.min(DEFAULT_BUDGET_BYTES, availableMemory()),
        limitBytes: memoryLimit(),
        smallPartElements: deps.smallPartElements ?? SMALL_PART_ELEMENTS,
        sessions,
        stats,
        log,
      });
    },
    stats: stats.read,
    close: () => sessions.release(''),
  };
}
