import { TapestryError } from '#contracts/errors.ts';
import type { ExtensionInfo, Panel } from '#contracts/manifest.ts';
import type { Logger } from '#io/log.ts';
import type { Extensions } from '../services.ts';
import { checkPanelValues, fromPositional } from './panel-values.ts';
import { type ExtensionProblem, extensionFolders, readManifest } from './read-manifest.ts';

export interface ExtensionsDeps {
  /** Folders that hold extensions; the first wins where an id occurs twice. */
  roots: readonly string[];
  isBuiltIn: (folder: string) => boolean;
  /** Asked anew on each call: options change. */
  isDisabled: (extension: { id: string; builtIn: boolean }) => boolean;
  log: Logger;
}

type Found = Omit<ExtensionInfo, 'enabled'>;

/** Reads all manifests once; `refresh` reads them again. */
export async function createExtensions({
  roots,
  isBuiltIn,
  isDisabled,
  log,
}: ExtensionsDeps): Promise<Extensions> {
  let found: Found[] = [];
  let problems: ExtensionProblem[] = [];

  async function refresh(): Promise<void> {
    const next: Found[] = [];
    const faults: ExtensionProblem[] = [];
    const folders = (await Promise.all(roots.map(extensionFolders))).flat();
    for (const folder of new Set(folders)) {
      const result = await readManifest(folder);
      const reason = result.ok ? clash(result.extension, next) : result.reason;
      if (result.ok && reason === null) next.push({ ...result.extension, builtIn: isBuiltIn(folder) });
      else faults.push({ id: folder.split(/[/\\]/).at(-1) ?? folder, folder, reason: reason ?? '' });
    }
    for (const fault of faults) log.warn(`extension ${fault.id} is left out: ${fault.reason}`);
    found = next;
    problems = faults;
  }

  const list = () => found.map((each) => ({ ...each, enabled: !isDisabled(each) }));
  const enabled = () => list().filter((each) => each.enabled);
  const panels = () =>
    enabled().flatMap(({ id, manifest }) => manifest.panels.map((panel) => ({ extension: id, panel })));

  await refresh();
  return {
    list,
    problems: () => problems,
    refresh,
    panels,
    fromScriptArgs(title, args) {
      const match = panels().find(({ panel }) => panel.script.toLowerCase() === title.toLowerCase());
      if (match === undefined) {
        const accepted =
          panels()
            .map(({ panel }) => panel.script)
            .join(', ') || 'none';
        throw new TapestryError('UNKNOWN_SCRIPT', { field: 'alwayson_scripts', value: title, accepted });
      }
      return {
        extension: match.extension,
        values: fromPositional(match.panel, args, `alwayson_scripts.${match.panel.script}`),
      };
    },
    check(values) {
      return Object.fromEntries(
        Object.entries(values).map(([id, sent]) => {
          const extension = enabled().find((each) => each.id === id);
          if (extension === undefined) {
            const accepted = `one of ${
              enabled()
                .map((each) => each.id)
                .join(', ') || 'none'
            }`;
            throw new TapestryError('INVALID_FIELD', { field: 'extensions', value: id, accepted });
          }
          return [id, checkPanelValues(extension.manifest.panels, sent, `extensions.${id}`)];
        }),
      );
    },
    scriptTitles: (tab) =>
      panels()
        .filter(({ panel }) => panel.tabs.includes(tab))
        .map(({ panel }) => panel.script.toLowerCase()),
  };
}

function clash(
  added: { id: string; manifest: { panels: Panel[] } },
  others: readonly Found[],
): string | null {
  if (others.some((other) => other.id === added.id)) return 'another extension has the same folder name';
  for (const { script } of added.manifest.panels) {
    const owner = others.find((other) => other.manifest.panels.some((panel) => panel.script === script));
    if (owner !== undefined) return `its script "${script}" is taken by ${owner.id}`;
  }
  return null;
}
