/** Loads the engine side of extensions onto a fresh set of hooks. */
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ExtensionInfo } from '#contracts/manifest.ts';
import type { Sampler, Scheduler } from '#core/sampling/types.ts';
import { isInside } from '#io/paths.ts';
import type { EngineApi, ExtensionEntry } from '#sdk/extension.ts';
import { createHookSet, type HookSet } from '#sdk/hook-set.ts';

export interface Generation {
  hookSet: HookSet;
  samplers: Sampler[];
  schedulers: Scheduler[];
  loaded: string[];
  faults: { id: string; reason: string }[];
}

const SDK_URL = new URL('../sdk/index.ts', import.meta.url).href;

/**
 * Makes `tapestry/sdk` resolvable from extension folders, and refuses any import that leads out of them, but for Node's
 * own modules. Called once per process; `folders` may grow.
 */
export function registerExtensionResolver(folders: Set<string>): void {
  registerHooks({
    resolve(specifier, context, next) {
      const parent = context.parentURL?.startsWith('file:') ? fileURLToPath(context.parentURL) : null;
      const home = parent === null ? undefined : [...folders].find((folder) => isInside(folder, parent));
      if (home === undefined) return next(specifier, context);
      if (specifier === 'tapestry/sdk') return { url: SDK_URL, shortCircuit: true };
      const resolved = next(specifier, context);
      if (resolved.url.startsWith('node:') || isInside(home, fileURLToPath(resolved.url))) return resolved;
      throw new Error(
        `${specifier} lies outside the extension; import tapestry/sdk, its own files or its own packages`,
      );
    },
  });
}

/** Attaches each extension's entry to a new hook set and freezes it. An extension that throws is left out, with why. */
export async function loadExtensions(
  extensions: readonly ExtensionInfo[],
  log: (message: string) => void,
): Promise<Generation> {
  const generation: Generation = {
    hookSet: createHookSet(),
    samplers: [],
    schedulers: [],
    loaded: [],
    faults: [],
  };
  for (const extension of extensions) {
    if (!extension.enabled || extension.manifest.engine === undefined) continue;
    try {
      const url = pathToFileURL(join(extension.folder, extension.manifest.engine)).href;
      const entry = ((await import(url)) as { default?: ExtensionEntry }).default;
      if (typeof entry !== 'function')
        throw new Error(`${extension.manifest.engine} has no default export to call`);
      await entry(apiFor(extension, generation, log));
      generation.loaded.push(extension.id);
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      log(`extension ${extension.id} is left out: ${reason}`);
      generation.faults.push({ id: extension.id, reason });
    }
  }
  generation.hookSet.freeze();
  return generation;
}

function apiFor(extension: ExtensionInfo, generation: Generation, log: (message: string) => void): EngineApi {
  const { hookSet } = generation;
  const line = (level: string) => (message: string) => log(`[${extension.id}] ${level}${message}`);
  return {
    hooks: hookSet.tappable(extension),
    panel: <T extends Record<string, unknown>>(job: Parameters<EngineApi['panel']>[0], panelId?: string) =>
      hookSet.panel(extension, job, panelId) as T | null,
    samplers: { add: (sampler) => void generation.samplers.push(sampler) },
    schedulers: { add: (scheduler) => void generation.schedulers.push(scheduler) },
    log: { info: line(''), warn: line('warning: ') },
  };
}
