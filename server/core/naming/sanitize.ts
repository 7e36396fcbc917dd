/** File names that every file system takes. */

const FORBIDDEN = /[#<>:"/\\|?*\n\r\t]/g;
const MAX_PART_CHARACTERS = 128;

export interface SanitizeOptions {
  /** Spaces become `_`. Default true. */
  replaceSpaces?: boolean;
  /** Only `/` is forbidden. Default false. */
  unix?: boolean;
  /** Default 128 characters (code points). */
  maxCharacters?: number;
}

/** A text as a part of a file name: forbidden characters become `_`; no space before, no space or dot after. */
export function sanitizeFilePart(text: string, options: SanitizeOptions = {}): string {
  const { replaceSpaces = true, unix = false, maxCharacters = MAX_PART_CHARACTERS } = options;
  const spaced = replaceSpaces ? text.replaceAll(' ', '_') : text;
  const clean = spaced.replace(unix ? /[/\0]/g : FORBIDDEN, '_').replace(/^ +/, '');
  const cut = Array.from(clean.slice(0, maxCharacters * 2))
    .slice(0, maxCharacters)
    .join('');
  let end = cut.length;
  while (end > 0 && (cut[end - 1] === '.' || cut[end - 1] === ' ')) end--;
  return cut.slice(0, end);
}

/** A name cut, at a whole character, to what a file system takes: 255 bytes with its extension. */
export function fitFileName(name: string, extension: string, maxBytes = 255): string {
  const room = maxBytes - Buffer.byteLength(extension) - 1;
  let used = 0;
  let fitting = '';
  for (const character of name.toWellFormed()) {
    used += Buffer.byteLength(character);
    if (used > room) break;
    fitting += character;
  }
  return `${fitting}.${extension}`;
}
