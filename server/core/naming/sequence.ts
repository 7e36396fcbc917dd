/** Counters in file names: `00012-….png`, grids `grid-0003.png`. */
import { fitFileName } from './sanitize.ts';

/** One more than the highest number that names in a folder begin with (after `basename-`); 0 in an empty one. */
export function nextSequenceNumber(names: Iterable<string>, basename = ''): number {
  const prefix = basename === '' ? '' : `${basename}-`;
  let highest = -1;
  for (const name of names) {
    if (!name.startsWith(prefix)) continue;
    const digits = /^\d+(?=[-.]|$)/.exec(name.slice(prefix.length));
    if (digits) highest = Math.max(highest, Number(digits[0]));
  }
  return highest + 1;
}

export interface FileNameParts {
  /** `''` for pictures, `grid` for grids. */
  basename?: string;
  /** null: no counter (option `save_images_add_number` off), unless there is no other text. */
  number: number | null;
  /** What the pattern gave. */
  decoration: string;
  /** `-before-highres-fix` and the like. */
  suffix?: string;
  /** Without dot. */
  extension: string;
}

/** Counter, decoration and suffix as one file name of at most 255 bytes. */
export function composeFileName(parts: FileNameParts): string {
  const { basename = '', number, extension } = parts;
  const decoration = parts.decoration + (parts.suffix ?? '');
  if (number === null && decoration !== '') return fitFileName(decoration, extension);
  const digits = String(number ?? 0).padStart(basename === '' ? 5 : 4, '0');
  const counted = basename === '' ? digits : `${basename}-${digits}`;
  return fitFileName(decoration === '' ? counted : `${counted}-${decoration}`, extension);
}

/** The pattern for pictures where the option `samples_filename_pattern` is empty. */
export function defaultNamePattern(saveToDirs: boolean): string {
  return saveToDirs ? '[seed]' : '[seed]-[prompt_spaces]';
}
