import { OPTION_BY_KEY, OPTIONS } from '#contracts/options.ts';
import type { Logger } from '#io/log.ts';
import type { Settings } from '../services.ts';
import { checkOption } from './check-option.ts';
import { type ConfigFile, readConfig, writeConfig } from './config-file.ts';

export interface SettingsDeps {
  /** Path of `config.json`. */
  file: string;
  log: Logger;
  /**
   * Checks beyond the type, by option key: returns the canonical value or throws. Asked only where the value changes, so
   * that a whole set that was read can be written back.
   */
  checks?: Record<string, (value: unknown) => unknown>;
}

/** The options in memory over `config.json`. */
export async function createSettings({ file, log, checks = {} }: SettingsDeps): Promise<Settings> {
  const config: ConfigFile = await readConfig(file, log);
  const listeners = new Set<(keys: string[]) => void>();
  let current = { ...defaults(), ...config.values };
  // One write at a time, in the order of the calls.
  let writing: Promise<unknown> = Promise.resolve();

  function check(values: Record<string, unknown>): { known: Record<string, unknown>; unknown: string[] } {
    const known: Record<string, unknown> = {};
    const unknown: string[] = [];
    for (const [key, value] of Object.entries(values)) {
      const option = OPTION_BY_KEY.get(key);
      if (option === undefined) {
        unknown.push(key);
        continue;
      }
      const checked = checkOption(option, value);
      const asked = checks[key];
      const same = checked === null || isSame(checked, current[key]);
      known[key] = asked === undefined || same ? checked : asked(checked);
    }
    return { known, unknown };
  }

  async function store(known: Record<string, unknown>, persist: boolean): Promise<void> {
    const next = { ...current, ...known };
    const changed = Object.keys(known).filter((key) => !isSame(current[key], next[key]));
    if (persist) await writeConfig(file, { values: next, others: config.others });
    current = next;
    if (changed.length > 0) for (const listener of listeners) listener(changed);
  }

  return {
    all: () => ({ ...current }),
    get: <T>(key: string) => current[key] as T,
    set(values, options = {}) {
      const run = writing.then(async () => {
        const { known, unknown } = check(values);
        if (unknown.length > 0) log.warn(`unknown options are ignored: ${unknown.join(', ')}`);
        await store(known, options.persist ?? true);
        return { unknown };
      });
      writing = run.catch(() => {});
      return run;
    },
    effective(overrides) {
      const { known, unknown } = check(overrides);
      return { options: { ...current, ...known }, unknown };
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function defaults(): Record<string, unknown> {
  return Object.fromEntries(OPTIONS.map((option) => [option.key, option.default]));
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
