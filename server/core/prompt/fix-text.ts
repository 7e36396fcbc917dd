/**
 * The part of ftfy's `fix_text` (Robyn Speer, Apache-2.0) that CLIP's tokenizer relies on, written anew from its
 * documentation: HTML entities (unless the text has a `<`), terminal escapes, C1 controls read as Windows-1252, Latin
 * ligatures, full-width characters, curly quotes, line breaks, lone surrogates, control characters, NFC.
 * Left out: the repair of mojibake (`cafÃ©`), which no prompt should need and which guesses.
 */

const PLAIN = /^[\n\x20-\x25\x27-\x7e]*$/;

/** Text as ftfy would hand it on, see above. Lone surrogates become U+FFFD. */
export function fixText(text: string): string {
  if (PLAIN.test(text)) return text;
  let unescapes = true;
  return text
    .split(/(?<=\n)/)
    .map((line) => {
      // A `<` means markup: from its line on, entities are left alone.
      unescapes &&= !line.includes('<');
      return fixLine(line, unescapes);
    })
    .join('');
}

function fixLine(line: string, unescapes: boolean): string {
  let fixed = line;
  for (let round = 0; round < 4; round++) {
    const next = fixOnce(unescapes ? unescapeEntities(fixed) : fixed);
    if (next === fixed) break;
    fixed = next;
  }
  return fixed;
}

function fixOnce(text: string): string {
  return text
    .replace(TERMINAL_ESCAPE, '')
    .replace(/[\x80-\x9f]/g, (character) => WINDOWS_1252.decode(Uint8Array.of(character.charCodeAt(0))))
    .replace(LIGATURE, (character) => LIGATURES[character]!)
    .replace(/[\u3000\uff01-\uffef]/g, (character) => character.normalize('NFKC'))
    .replace(/[\u02bc\u2018-\u201b]/g, "'")
    .replace(/[\u201c-\u201f]/g, '"')
    .replace(/\r\n|[\r\u2028\u2029\x85]/g, '\n')
    .toWellFormed()
    .replace(CONTROL, '')
    .normalize('NFC');
}

const WINDOWS_1252 = new TextDecoder('windows-1252');
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed here
const TERMINAL_ESCAPE = /\x1b\[[\d;]*[a-zA-Z]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed here
const CONTROL = /[\x00-\x08\x0b\x0e-\x1f\x7f\u206a-\u206f\ufeff\ufff9-\ufffc]/g;

const LIGATURES: Record<string, string> = {
  Ĳ: 'IJ',
  ĳ: 'ij',
  ŉ: 'ʼn',
  Ǆ: 'DŽ',
  ǅ: 'Dž',
  ǆ: 'dž',
  Ǉ: 'LJ',
  ǈ: 'Lj',
  ǉ: 'lj',
  Ǌ: 'NJ',
  ǋ: 'Nj',
  ǌ: 'nj',
  Ǳ: 'DZ',
  ǲ: 'Dz',
  ǳ: 'dz',
  ﬀ: 'ff',
  ﬁ: 'fi',
  ﬂ: 'fl',
  ﬃ: 'ffi',
  ﬄ: 'ffl',
  ﬅ: 'ſt',
  ﬆ: 'st',
};
const LIGATURE = new RegExp(`[${Object.keys(LIGATURES).join('')}]`, 'g');

/** Replaces character references that end with `;`. */
function unescapeEntities(text: string): string {
  return text.replace(STRICT_REFERENCE, replaceReference);
}

/**
 * Replaces character references as HTML does: the semicolon may be missing after numbers and the oldest names.
 * Known are HTML 4's names of Latin-1 and of general punctuation; others stay as they are.
 */
export function unescapeHtml(text: string): string {
  return text.includes('&') ? text.replace(HTML_REFERENCE, replaceReference) : text;
}

function replaceReference(whole: string, body: string): string {
  if (!body.startsWith('#')) return ENTITIES.get(body) ?? whole;
  const code = /^#x/i.test(body) ? Number.parseInt(body.slice(2), 16) : Number(body.slice(1));
  if (code === 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return '\ufffd';
  return String.fromCodePoint(code);
}

/** Names of U+00A0 to U+00FF in order. */
const LATIN_1 =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro ' +
  'para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil ' +
  'Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave ' +
  'Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml ' +
  'igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute ' +
  'thorn yuml';

const ENTITIES = new Map<string, string>([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['ndash', '–'],
  ['mdash', '—'],
  ['lsquo', '‘'],
  ['rsquo', '’'],
  ['sbquo', '‚'],
  ['ldquo', '“'],
  ['rdquo', '”'],
  ['bdquo', '„'],
  ['bull', '•'],
  ['hellip', '…'],
  ['prime', '′'],
  ['Prime', '″'],
  ['lsaquo', '‹'],
  ['rsaquo', '›'],
  ['euro', '€'],
  ['trade', '™'],
  ['larr', '←'],
  ['uarr', '↑'],
  ['rarr', '→'],
  ['darr', '↓'],
  ['hearts', '♥'],
  ['OElig', 'Œ'],
  ['oelig', 'œ'],
  ['Scaron', 'Š'],
  ['scaron', 'š'],
  ['Yuml', 'Ÿ'],
  ...LATIN_1.split(' ').map((name, index): [string, string] => [name, String.fromCharCode(160 + index)]),
]);

const NUMERIC = '#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}';
const LEGACY = ['amp', 'lt', 'gt', 'quot', ...LATIN_1.split(' ')]
  .sort((a, b) => b.length - a.length)
  .join('|');
const STRICT_REFERENCE = new RegExp(`&(${NUMERIC}|[A-Za-z][0-9A-Za-z]{1,22});`, 'g');
const HTML_REFERENCE = new RegExp(`&(${NUMERIC}|[A-Za-z][0-9A-Za-z]{1,22}(?=;)|${LEGACY});?`, 'g');
