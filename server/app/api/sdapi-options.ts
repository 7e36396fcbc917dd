import { TapestryError } from '#contracts/errors.ts';
import { OPTION_BY_KEY } from '#contracts/options.ts';
import type { Library, Settings } from '../services.ts';
import { currentCheckpoint } from './prepare.ts';
import type { Route } from './route.ts';

export interface OptionsDeps {
  settings: Settings;
  library: Library;
}

export function optionsRoutes({ settings, library }: OptionsDeps): Route[] {
  return [
    {
      method: 'get',
      path: '/sdapi/v1/options',
      summary: 'All settings',
      tag: 'sdapi',
      handle: () => shownOptions({ settings, library }),
    },
    {
      method: 'post',
      path: '/sdapi/v1/options',
      summary: 'Changes settings: all that are named or none; unknown ones are ignored',
      tag: 'sdapi',
      body: { type: 'object' },
      handle: async (req) => {
        await saveOptions({ settings, library }, req.body, { api: true });
        return null;
      },
    },
    {
      method: 'get',
      path: '/internal/quicksettings-hint',
      summary: 'Names and labels of all settings',
      tag: 'internal',
      handle: () => [...OPTION_BY_KEY.values()].map(({ key, label }) => ({ name: key, label })),
    },
  ];
}

/** All values, with the checkpoint that is really used where none is chosen, under the title it has now. */
export function shownOptions({ settings, library }: OptionsDeps): Record<string, unknown> {
  const values = settings.all();
  try {
    const file = currentCheckpoint(library, values.sd_model_checkpoint);
    return { ...values, sd_model_checkpoint: file.title, sd_checkpoint_hash: file.sha256 ?? '' };
  } catch {
    // The chosen file is gone, or there is none: the value stays as it is.
    return values;
  }
}

/**
 * Applies a set of values as a whole. Values that are as `shownOptions` gave them are left out: they are what is in use.
 * `api`: keys that A1111's API may not set are ignored.
 */
export async function saveOptions(
  deps: OptionsDeps,
  body: unknown,
  { api }: { api: boolean },
): Promise<{ unknown: string[] }> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new TapestryError('INVALID_FIELD', {
      field: 'body',
      value: body,
      accepted: 'an object of options',
    });
  }
  const shown = shownOptions(deps);
  const entries = Object.entries(body).filter(([key, value]) => {
    const isLocked = api && OPTION_BY_KEY.get(key)?.apiLocked === true;
    return (
      !isLocked && key !== 'sd_checkpoint_hash' && !(key === 'sd_model_checkpoint' && value === shown[key])
    );
  });
  return deps.settings.set(Object.fromEntries(entries));
}
