/**
 * One generation of hooks: extensions attach, the set is frozen, jobs run on it. tapable has no untap and its errors
 * carry no tap name, so a change of extensions builds a new set, and one interceptor per hook stamps blame.
 */

import { TapestryError } from '#contracts/errors.ts';
import type { Manifest } from '#contracts/manifest.ts';
import { createHooks, type HookName, type Hooks, type TappableHooks } from './hooks.ts';
import { enabledPanels, type PanelValues, panelValues } from './panel-values.ts';
import type { JobContext } from './types.ts';

export interface AttachedExtension {
  id: string;
  manifest: Manifest;
}

export interface HookSet {
  /** For the pipeline: call these. */
  readonly hooks: Hooks;
  /** For one extension: its taps carry its name. Throws once the set is frozen. */
  tappable(extension: AttachedExtension): TappableHooks;
  /** No tap may be added after this. */
  freeze(): void;
  /** True if any tap of this hook is active for the job; guards hooks in the step loop. */
  isUsed(hook: HookName, job: JobContext): boolean;
  /** The extension's panel values for this job; null while its panel is switched off or the extension has failed. */
  panel(extension: AttachedExtension, job: JobContext, panelId?: string): PanelValues | null;
  /** Milliseconds spent in taps, by extension id. */
  durations(): ReadonlyMap<string, number>;
}

type AnyFunction = (...args: unknown[]) => unknown;

export function createHookSet(): HookSet {
  const hooks = createHooks();
  const tapsOf = new Map<HookName, AttachedExtension[]>();
  const durations = new Map<string, number>();
  /** Extensions that threw in a job are left out of the rest of that job. */
  const failed = new WeakMap<JobContext, Set<string>>();
  let frozen = false;

  const isActive = (extension: AttachedExtension, job: JobContext) =>
    !failed.get(job)?.has(extension.id) && enabledPanels(extension.manifest, job, extension.id) !== 'off';

  const blame = (extension: AttachedExtension, hook: HookName, job: JobContext, thrown: unknown) => {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    const error = new TapestryError('EXTENSION_FAILED', {
      extension: extension.id,
      hook,
      reason,
      cause: thrown,
    });
    if (extension.manifest.essential) throw error;
    const set = failed.get(job) ?? new Set<string>();
    failed.set(job, set.add(extension.id));
    job.warn(`${error.message}; the picture is made without it`);
  };

  const guarded = (extension: AttachedExtension, hook: HookName, run: AnyFunction) => {
    return async (...args: unknown[]) => {
      const job = jobOf(args[args.length - 1]);
      if (!isActive(extension, job)) return undefined;
      const start = performance.now();
      try {
        return await run(...args);
      } catch (thrown) {
        return blame(extension, hook, job, thrown);
      } finally {
        durations.set(extension.id, (durations.get(extension.id) ?? 0) + performance.now() - start);
      }
    };
  };

  const attach = (extension: AttachedExtension, name: HookName, options: unknown, run: AnyFunction) => {
    if (frozen) {
      throw new Error(
        `${extension.id} taps ${name} after loading; tap in the entry function of the extension`,
      );
    }
    const given = typeof options === 'object' && options !== null ? options : {};
    const hook = hooks[name] as unknown as { tapPromise(options: object, run: AnyFunction): void };
    hook.tapPromise({ ...given, name: extension.id }, guarded(extension, name, run));
    tapsOf.set(name, [...(tapsOf.get(name) ?? []), extension]);
  };

  return {
    hooks,
    tappable(extension) {
      const entries = (Object.keys(hooks) as HookName[]).map((name) => {
        const tap = (options: unknown, run: AnyFunction) => attach(extension, name, options, run);
        return [name, { tap, tapPromise: tap }] as const;
      });
      return Object.fromEntries(entries) as unknown as TappableHooks;
    },
    freeze() {
      frozen = true;
    },
    isUsed: (hook, job) => tapsOf.get(hook)?.some((extension) => isActive(extension, job)) ?? false,
    panel: (extension, job, panelId) =>
      isActive(extension, job) ? panelValues(extension.manifest, job, extension.id, panelId) : null,
    durations: () => durations,
  };
}

/** Every hook's last argument leads to the job it runs in. */
function jobOf(context: unknown): JobContext {
  let at = context as Record<string, unknown>;
  while (at && !('warn' in at)) at = (at.job ?? at.batch ?? at.pass) as Record<string, unknown>;
  return at as unknown as JobContext;
}
