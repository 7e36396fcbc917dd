import { readFile, rename } from 'node:fs/promises';
import { OPTION_BY_KEY } from '#contracts/options.ts';
import { writeFileAtomic } from '#io/atomic.ts';
import type { Logger } from '#io/log.ts';
import { checkOption } from './check-option.ts';

/** `config.json` as it was read. */
export interface ConfigFile {
  /** Checked values of known options. */
  values: Record<string, unknown>;
  /** Keys of other programs or of extensions that are not here: kept as they are. */
  others: Map<string, unknown>;
}

/**
 * Reads A1111's flat `config.json`. A missing file is empty; one that is not a JSON object is moved aside and the defaults
 * are used; a value that its option refuses is left at the default. The log says so.
 */
export async function readConfig(path: string, log: Logger): Promise<ConfigFile> {
  const raw = await readObject(path, log);
  const config: ConfigFile = { values: {}, others: new Map() };
  for (const [key, value] of Object.entries(migrate(raw))) {
    const option = OPTION_BY_KEY.get(key);
    if (option === undefined) {
      config.others.set(key, value);
      continue;
    }
    try {
      config.values[key] = checkOption(option, value);
    } catch (error) {
      log.warn(`${path}: ${(error as Error).message}; its default is used`);
    }
  }
  return config;
}

/** Writes known values and the kept others: flat, indented by four, as A1111 does. */
export async function writeConfig(path: string, config: ConfigFile): Promise<void> {
  const entries = [...Object.entries(config.values), ...config.others];
  await writeFileAtomic(path, `${JSON.stringify(Object.fromEntries(entries), null, 4)}\n`);
}

async function readObject(path: string, log: Logger): Promise<Record<string, unknown>> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return {};
  try {
    const parsed: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
      return parsed as Record<string, unknown>;
    }
  } catch {
    // Not JSON: moved aside below, like JSON that is not an object.
  }
  const aside = `${path}.broken-${new Date().toISOString().replace(/[:.]/g, '-')}`;
  await rename(path, aside);
  log.warn(`${path} could not be read; it is kept as ${aside} and the defaults are used`);
  return {};
}

/** Keys that A1111 itself renamed. */
function migrate(raw: Record<string, unknown>): Record<string, unknown> {
  const { quicksettings, ui_reorder, sd_vae_as_default, ...rest } = raw;
  return {
    ...(typeof quicksettings === 'string' ? { quicksettings_list: quicksettings } : {}),
    ...(typeof ui_reorder === 'string' ? { ui_reorder_list: ui_reorder } : {}),
    ...(typeof sd_vae_as_default === 'boolean'
      ? { sd_vae_overrides_per_model_preferences: !sd_vae_as_default }
      : {}),
    ...rest,
  };
}
