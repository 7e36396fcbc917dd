/** Which folder and which names a picture may take. Folders are A1111's options; nothing here touches a file. */
import { join, resolve } from 'node:path';
import { TapestryError } from '#contracts/errors.ts';
import type { ImageMessage } from '#contracts/messages.ts';
import type { PictureJob } from '#contracts/request.ts';
import { applyNamePattern, type NameFields } from '#core/naming/file-name.ts';
import { fitFileName } from '#core/naming/sanitize.ts';
import { composeFileName, defaultNamePattern, nextSequenceNumber } from '#core/naming/sequence.ts';
import { isInside } from '#io/paths.ts';

const SAMPLE_FOLDERS = ['outdir_samples', 'outdir_txt2img_samples'] as const;
const GRID_FOLDERS = ['outdir_grids', 'outdir_txt2img_grids'] as const;
const FALLBACK: Record<string, string> = {
  outdir_txt2img_samples: 'outputs/txt2img-images',
  outdir_txt2img_grids: 'outputs/txt2img-grids',
};

export interface Destination {
  /** Absolute. */
  folder: string;
  /** File names in the order in which to try them, given the names that are there. */
  names(present: readonly string[]): Generator<string>;
}

/** A picture that wants a name. `pixels`: RGB bytes, needed where `needsPixels` says so. */
export interface Nameless {
  job: PictureJob;
  image: ImageMessage;
  at: Date;
  pixels: Uint8Array;
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

/** True where a name asks for a hash of the pixels, so that nothing is decoded otherwise. */
export function needsPixels({ options }: PictureJob): boolean {
  const patterns = [options.samples_filename_pattern, options.directories_filename_pattern];
  return patterns.some((pattern) => /\[image_hash/i.test(String(pattern)));
}

/** Where a picture of this job goes, by the job's options. */
export function outputDestination(picture: Nameless, dataFolder: string): Destination {
  const { options } = picture.job;
  const { grid, format } = picture.image;
  const keys = grid ? GRID_FOLDERS : SAMPLE_FOLDERS;
  const chosen = keys.map((key) => text(options[key], FALLBACK[key] ?? '')).find((value) => value !== '')!;
  const fields = nameFields(picture);
  const fill = (pattern: string) => parts(applyNamePattern(pattern, fields));

  const toDirs = options[grid ? 'grid_save_to_dirs' : 'save_to_dirs'] !== false;
  const sub = toDirs ? fill(text(options.directories_filename_pattern, '[date]') || '[prompt_words]') : [];
  const root = join(resolve(dataFolder, chosen), ...sub);
  if (grid) return { folder: root, names: (present) => counted(present, 'grid', '', format) };

  const pattern = text(options.samples_filename_pattern, '') || defaultNamePattern(toDirs);
  const stem = fill(pattern);
  const decoration = stem.pop() ?? '';
  const withNumber = options.save_images_add_number !== false || decoration === '';
  return {
    folder: join(root, ...stem),
    names: (present) =>
      withNumber ? counted(present, '', decoration, format) : suffixed(decoration, format),
  };
}

function nameFields({ job, image, at, pixels }: Nameless): NameFields {
  const { request, options, checkpoint } = job;
  const { batch_size: batchSize, n_iter: iterations, cfg_scale: cfg } = request;
  return {
    seed: image.seed,
    allSeeds: Array.from({ length: batchSize * iterations }, (_, index) => request.seed + index),
    prompt: request.prompt,
    negativePrompt: request.negative_prompt,
    steps: request.steps,
    cfg: job.pythonFloats && Number.isInteger(cfg) ? `${cfg}.0` : cfg,
    width: image.width,
    height: image.height,
    sampler: request.sampler_name,
    scheduler: request.scheduler,
    modelName: checkpoint.stem,
    modelHash: checkpoint.sha256?.slice(0, 10) ?? '',
    clipSkip: Number(options.CLIP_stop_at_last_layers ?? 1),
    denoising: request.denoising_strength,
    styles: request.styles.map((name) => ({ name, prompt: '' })),
    batchSize,
    batchIndex: image.index % batchSize,
    iteration: Math.floor(image.index / batchSize),
    iterations,
    jobTimestamp: job.jobTimestamp,
    pixels,
    now: at,
    maxPromptWords: Number(options.directories_max_prompt_words ?? 8),
  };
}

/** A filled pattern as path parts that stay below the folder they are joined to and fit a file system. */
function parts(filled: string): string[] {
  return filled
    .split(process.platform === 'win32' ? /[/\\]/ : '/')
    .map((part) => fitFileName(part.replaceAll('\0', '').trim(), '').slice(0, -1))
    .filter((part) => !/^\.*$/.test(part));
}

/** A1111's counter: one more than the highest of the folder. */
function* counted(
  present: readonly string[],
  basename: string,
  decoration: string,
  extension: string,
): Generator<string> {
  for (let number = nextSequenceNumber(present, basename); ; number++)
    yield composeFileName({ basename, number, decoration, extension });
}

function* suffixed(decoration: string, extension: string): Generator<string> {
  yield composeFileName({ number: null, decoration, extension });
  for (let n = 1; ; n++) yield composeFileName({ number: null, decoration, suffix: `-${n}`, extension });
}

function text(value: unknown, fallback: string): string {
  return typeof value === 'string' ? value : fallback;
}
