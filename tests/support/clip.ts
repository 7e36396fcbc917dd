import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { type ClipVocabulary, parseClipVocabulary } from '../../server/core/prompt/clip-tokenizer.ts';

const FILE = new URL('../../server/assets/bpe_simple_vocab_16e6.txt.gz', import.meta.url);

/** The shipped CLIP vocabulary, parsed. */
export function clipVocabulary(): ClipVocabulary {
  return parseClipVocabulary(gunzipSync(readFileSync(FILE)).toString('utf8'));
}
