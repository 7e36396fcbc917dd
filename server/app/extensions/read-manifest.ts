import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import semver from 'semver';
import { z } from 'zod';
import { type ExtensionInfo, type Manifest, manifestSchema } from '#contracts/manifest.ts';
import { isInside } from '#io/paths.ts';
import { SDK_VERSION } from '#sdk/version.ts';

/** An extension that cannot be used, and why. */
export interface ExtensionProblem {
  /** Folder name. */
  id: string;
  folder: string;
  reason: string;
}

export type ReadResult =
  | { ok: true; extension: Omit<ExtensionInfo, 'enabled' | 'builtIn'> }
  | { ok: false; reason: string };

const packageSchema = z.object({ version: z.string().default('0.0.0'), tapestry: z.unknown().optional() });

/** The folders in `root` that hold a package.json, sorted; none where `root` is missing. */
export async function extensionFolders(root: string): Promise<string[]> {
  const names = await readdir(root).catch(() => []);
  const folders: string[] = [];
  for (const name of names.sort()) {
    if (name.startsWith('.')) continue;
    const file = await stat(join(root, name, 'package.json')).catch(() => null);
    if (file?.isFile()) folders.push(join(root, name));
  }
  return folders;
}

/** Reads one extension's manifest. Its code is not touched. */
export async function readManifest(folder: string): Promise<ReadResult> {
  const fail = (reason: string): ReadResult => ({ ok: false, reason });
  let raw: unknown;
  try {
    raw = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  } catch (error) {
    return fail(`package.json cannot be read: ${(error as Error).message}`);
  }
  const pack = packageSchema.safeParse(raw);
  if (!pack.success) return fail(`package.json: ${describe(pack.error)}`);
  if (pack.data.tapestry === undefined) return fail('package.json has no "tapestry" field');
  const manifest = manifestSchema.safeParse(pack.data.tapestry);
  if (!manifest.success) return fail(`manifest: ${describe(manifest.error)}`);
  const fault = await findFault(folder, manifest.data);
  if (fault !== null) return fail(fault);
  return {
    ok: true,
    extension: { id: basename(folder), folder, version: pack.data.version, manifest: manifest.data },
  };
}

/** What the schema cannot see: version range, doubled names, defaults, the engine file. */
async function findFault(folder: string, manifest: Manifest): Promise<string | null> {
  if (semver.validRange(manifest.sdk) === null)
    return `manifest: sdk "${manifest.sdk}" is not a version range`;
  if (!semver.satisfies(SDK_VERSION, manifest.sdk)) {
    return `needs sdk ${manifest.sdk}; this is sdk ${SDK_VERSION}`;
  }
  const keys = manifest.panels.flatMap((panel) => panel.fields.map((field) => field.key));
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) return `manifest: two fields have the key "${twice}"`;
  for (const panel of manifest.panels) {
    const { enabledBy, fields } = panel;
    const isToggle = fields.some((field) => field.key === enabledBy && field.kind === 'toggle');
    if (enabledBy !== undefined && !isToggle) return `manifest: enabledBy "${enabledBy}" is not a toggle`;
  }
  if (manifest.engine === undefined) return null;
  const engine = join(folder, manifest.engine);
  if (!isInside(folder, engine)) return `manifest: engine "${manifest.engine}" leads out of the folder`;
  const file = await stat(engine).catch(() => null);
  return file?.isFile() ? null : `manifest: engine "${manifest.engine}" is not there`;
}

function describe(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue === undefined ? error.message : `${issue.path.join('.') || 'root'}: ${issue.message}`;
}
