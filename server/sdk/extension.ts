import type { TappableHooks } from './hooks.ts';
import type { JobContext, Sampler, Scheduler } from './types.ts';

/** What the engine side of an extension is given. */
export interface EngineApi {
  /** Tap during the call of the entry function; later the set is frozen and a tap throws. */
  readonly hooks: TappableHooks;
  /**
   * Values of the extension's panel for this job, defaults filled in; null where the panel is switched off. `panelId`
   * only where the extension has more than one.
   */
  panel<T extends Record<string, unknown> = Record<string, unknown>>(
    job: JobContext,
    panelId?: string,
  ): T | null;
  readonly samplers: { add(sampler: Sampler): void };
  readonly schedulers: { add(scheduler: Scheduler): void };
  readonly log: { info(message: string): void; warn(message: string): void };
}

/** Default export of an extension's `engine` module. */
export type ExtensionEntry = (api: EngineApi) => void | Promise<void>;
