/** Which folder and which names a picture may take. Folders are A1111's options; nothing here touches a file. */
import { isAbsolute, join, relative, resolve } from 'node:path';
import { TapestryError } from '#contracts/errors.ts';
import type { FileNaming, NameContext } from './naming.ts';

const SAMPLE_FOLDERS = ['outdir_samples', 'outdir_txt2img_samples'] as const;
const GRID_FOLDERS = ['outdir_grids', 'outdir_txt2img_grids'] as const;
const FALLBACK = {
  outdir_txt2img_samples: 'outputs/txt2img-images',
  outdir_txt2img_grids: 'outputs/txt2img-grids',
} as Record<string, string>;

export interface Destination {
  /** Absolute. */
  folder: string;
  /** Names without ending, in the order in which to try them, given the names that are there. */
  stems(present: readonly string[]): Generator<string>;
}

/**
 * Refuses output folders that only a request named: they must lie in the data folder, or be what the settings say.
 * Throws INVALID_FIELD.
 * @param options the job's options, overrides applied
 * @param settings the options without overrides
 */
export function checkOutputFolders(
  options: Record<string, unknown>,
  settings: Record<string, unknown>,
  dataFolder: string,
): void {
  for (const key of [...SAMPLE_FOLDERS, ...GRID_FOLDERS]) {
    const value = options[key];
    if (typeof value !== 'string' || value === '' || value === settings[key]) continue;
    if (isInside(dataFolder, resolve(dataFolder, value))) continue;
    throw new TapestryError('INVALID_FIELD', {
      field: `override_settings.${key}`,
      value,
      accepted: 'a folder inside the data folder, or the one chosen in Settings',
    });
  }
}

/** Where a picture of this job goes, by the job's options. */
export function outputDestination(context: NameContext, naming: FileNaming, dataFolder: string): Destination {
  const { grid } = context.image;
  const options = context.job.options;
  const keys = grid ? GRID_FOLDERS : SAMPLE_FOLDERS;
  const chosen = keys.map((key) => text(options[key], FALLBACK[key] ?? '')).find((value) => value !== '')!;
  const root = resolve(dataFolder, chosen);
  const toDirs = options[grid ? 'grid_save_to_dirs' : 'save_to_dirs'] !== false;
  const sub = toDirs ? naming.folder(text(options.directories_filename_pattern, '[date]'), context) : '';
  const folder = join(root, sub);
  if (grid) return { folder, stems: (present) => numbered(present, 'grid-', 4, '') };

  // A1111: the prompt is part of the name only where no folder sorts the pictures.
  const pattern =
    text(options.samples_filename_pattern, '') || (toDirs ? '[seed]' : '[seed]-[prompt_spaces]');
  const stem = naming.stem(pattern, context);
  const counted = options.save_images_add_number !== false || stem === '';
  return {
    folder,
    stems: (present) => (counted ? numbered(present, '', 5, stem) : suffixed(stem)),
  };
}

/** True for the folder itself and all below it. */
export function isInside(folder: string, path: string): boolean {
  const rest = relative(folder, path);
  return rest === '' || (!rest.startsWith('..') && !isAbsolute(rest));
}

/** A1111's counter: one more than the highest of the folder. */
function* numbered(
  present: readonly string[],
  prefix: string,
  digits: number,
  stem: string,
): Generator<string> {
  const pattern = new RegExp(`^${prefix}(\\d+)(?:\\D|$)`);
  let next = 0;
  for (const name of present) {
    const match = pattern.exec(name);
    if (match !== null) next = Math.max(next, Number(match[1]) + 1);
  }
  for (; ; next++) {
    const counter = `${prefix}${String(next).padStart(digits, '0')}`;
    yield stem === '' ? counter : `${counter}-${stem}`;
  }
}

function* suffixed(stem: string): Generator<string> {
  yield stem;
  for (let n = 1; ; n++) yield `${stem}-${n}`;
}

function text(value: unknown, fallback: string): string {
  return typeof value === 'string' ? value : fallback;
}
