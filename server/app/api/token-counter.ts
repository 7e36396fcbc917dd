import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { tokenCapacity, tokenizeLine } from '#core/prompt/chunks.ts';
import { type ClipTokenizer, createClipTokenizer, parseClipVocabulary } from '#core/prompt/clip-tokenizer.ts';
import { stripComments } from '#core/prompt/comments.ts';
import { composePrompts } from '#core/prompt/composition.ts';
import { type EmphasisMode, readsAttention } from '#core/prompt/emphasis.ts';
import { extractExtraNetworks } from '#core/prompt/extra-networks.ts';
import { schedulePrompt } from '#core/prompt/schedule.ts';
import type { Settings } from '../services.ts';

const VOCABULARY = new URL('../../assets/bpe_simple_vocab_16e6.txt.gz', import.meta.url);
/** Enough for every span of a schedule to show; the count does not depend on it otherwise. */
const STEPS = 100;

/**
 * Counts as A1111's counter does: the longest text among a prompt's schedules and AND parts. The vocabulary is read when
 * the first prompt comes.
 */
export function createTokenCounter(settings: Pick<Settings, 'get'>) {
  let tokenizer: Promise<ClipTokenizer> | null = null;

  return async (prompt: string): Promise<{ count: number; max: number }> => {
    tokenizer ??= readTokenizer();
    const options = {
      tokenizer: await tokenizer,
      attention: readsAttention(settings.get<EmphasisMode>('emphasis')),
      commaBacktrack: settings.get<number>('comma_padding_backtrack'),
    };
    const plain = settings.get('enable_prompt_comments') === false ? prompt : stripComments(prompt);
    const { texts } = composePrompts([extractExtraNetworks(plain).prompt]);
    const spans = texts.flatMap((text) => schedulePrompt(text, { steps: STEPS }));
    const count = Math.max(...spans.map(({ text }) => tokenizeLine(text, options).tokenCount));
    return { count, max: tokenCapacity(count) };
  };
}

async function readTokenizer(): Promise<ClipTokenizer> {
  const text = await promisify(gunzip)(await readFile(VOCABULARY));
  return createClipTokenizer(parseClipVocabulary(text.toString('utf8')));
}
