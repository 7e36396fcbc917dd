/** Nothing that a prompt can hold may throw or stall. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clipVocabulary } from '../../../tests/support/clip.ts';
import { parseAttention } from './attention.ts';
import { CONTEXT_TOKENS, tokenizeLine } from './chunks.ts';
import { createClipTokenizer } from './clip-tokenizer.ts';
import { stripComments } from './comments.ts';
import { composePrompts } from './composition.ts';
import { expandDynamicPrompt } from './dynamic-prompt.ts';
import { extractExtraNetworks, readHypernetTag, readLoraTag } from './extra-networks.ts';
import { parseGenerationParameters } from './generation-parameters.ts';
import { parseInfotext, writeInfotext } from './infotext.ts';
import { strip } from './python-text.ts';
import { schedulePrompt } from './schedule.ts';
import { applyStyles, extractStyles, parseStylesCsv, writeStylesCsv } from './styles.ts';

const tokenizer = createClipTokenizer(clipVocabulary());

const FRAGMENTS = [
  ...'()[]{}<>|:,\\#$_*"\n\r =-.',
  'BREAK',
  'AND',
  ' cat ',
  ':1.2)',
  ':1e9)',
  ':-1000000000)',
  ':1.1.1)',
  ':0.5]',
  ':3]',
  '[a:b:',
  '<lora:x:',
  '__c__',
  '2$$',
  '3::',
  '\ud800',
  '\udfff',
  '😀',
  '\u0000',
  '日本',
  '&amp;',
  'Steps: 1, ',
  'Negative prompt:',
  '1x2',
];
const fragments = fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 60 }).map((list) => list.join(''));
const prompt = fc.oneof({ weight: 3, arbitrary: fragments }, fc.string({ unit: 'binary', maxLength: 200 }));

const WILDCARDS = new Map([['c', ['red', '__c__ {a|b}']]]);
const SPANS = { steps: 20 };

/** Everything that reads a prompt, in the order of a picture. */
function readPrompt(text: string): void {
  const plain = stripComments(text);
  const expanded = expandDynamicPrompt(plain, { seed: 1, wildcards: WILDCARDS }).prompt;
  const { prompt: stripped, tags } = extractExtraNetworks(expanded);
  for (const tag of tags) {
    readLoraTag(tag);
    readHypernetTag(tag);
  }
  for (const part of composePrompts([stripped]).texts) {
    const spans = schedulePrompt(part, SPANS);
    schedulePrompt(part, { steps: 20, hiresSteps: 10 });
    expect(spans.at(-1)!.endStep).toBe(20);
    expect(spans.every((span, i) => i === 0 || span.endStep > spans[i - 1]!.endStep)).toBe(true);
    const { chunks } = tokenizeLine(spans[0]!.text, { tokenizer });
    for (const { tokens, multipliers } of chunks) {
      expect(tokens).toHaveLength(CONTEXT_TOKENS);
      expect(multipliers).toHaveLength(CONTEXT_TOKENS);
      expect(tokens.every((id) => id >= 0 && id <= 49407)).toBe(true);
    }
  }
}

describe('any prompt', () => {
  it('is read', () => {
    fc.assert(fc.property(prompt, readPrompt), { numRuns: 2000, seed: 1 });
  });

  it('keeps all of its text in its parts, but for brackets, weights and escapes', () => {
    const words = fc.array(fc.constantFrom('a', '(b)', '[c]', '(d:1.5)', ' ', ','), { maxLength: 30 });
    fc.assert(
      fc.property(words, (list) => {
        const text = parseAttention(list.join(''))
          .map((part) => part.text)
          .join('');
        expect(text).toBe(list.join('').replace(/:1\.5|[()[\]]/g, ''));
      }),
      { seed: 1 },
    );
  });

  it('is one span where it has no bracket', () => {
    fc.assert(
      fc.property(prompt, (text) => {
        const plain = text.replace(/[[\]]/g, '');
        expect(schedulePrompt(plain, SPANS)).toEqual([{ endStep: 20, text: plain }]);
      }),
      { seed: 1 },
    );
  });
});

describe('any text', () => {
  it('is read as an infotext', () => {
    fc.assert(
      fc.property(prompt, (text) => {
        expect(parseGenerationParameters(text)).toHaveProperty('Prompt');
        expect(parseInfotext(text).fields).toBeInstanceOf(Map);
      }),
      { numRuns: 1000, seed: 1 },
    );
  });

  it('comes back from a field of an infotext', () => {
    const value = fc.oneof(fc.string({ unit: 'grapheme', minLength: 1 }), fragments);
    fc.assert(
      fc.property(value, (text) => {
        fc.pre(text !== '' && text !== 'Note' && !/^".*"$/.test(text) && text === strip(text));
        const fields = [
          ['Steps', 1],
          ['Note', text],
          ['Sampler', 'x'],
          ['Seed', 2],
        ] as const;
        expect(parseInfotext(writeInfotext({ prompt: 'p', fields })).fields.get('Note')).toBe(text);
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it('is read as styles, and styles come back from their file', () => {
    fc.assert(
      fc.property(prompt, prompt, prompt, (name, positive, negative) => {
        parseStylesCsv(positive);
        const style = { name: `x${name}`.toWellFormed(), prompt: positive, negativePrompt: negative };
        expect(parseStylesCsv(writeStylesCsv([style]))).toEqual([style]);
        extractStyles(applyStyles('p', [positive]), negative, [style]);
      }),
      { numRuns: 500, seed: 1 },
    );
  });
});

describe('long prompts end soon', () => {
  const pair = (open: string, close: string, count: number) => `${open.repeat(count)}x${close.repeat(count)}`;
  it.each([
    ['words', 'cat, '.repeat(20_000)],
    ['one word', 'x'.repeat(100_000)],
    ['open brackets', '('.repeat(100_000)],
    ['square brackets', '['.repeat(100_000)],
    ['balanced brackets', pair('(', ')', 50_000)],
    ['balanced edits', pair('[', ':3]', 10_000)],
    ['weights', '(a:1.1)'.repeat(14_000)],
    ['edits', '[a:b:0.5]'.repeat(11_000)],
    ['alternations', '[a|b|c]'.repeat(3_000)],
    ['braces', pair('{', '|}', 30_000)],
    ['open braces', '{a|'.repeat(30_000)],
    ['bars', '|'.repeat(100_000)],
    ['wildcards', '__c__'.repeat(5_000)],
    ['underscores', '_'.repeat(100_000)],
    ['tags', '<lora:x:1>'.repeat(10_000)],
    ['open tags', '<lora:'.repeat(16_000)],
    ['spaces', `a${' '.repeat(100_000)}b`],
    ['spaces before a colon', `a${' '.repeat(100_000)}:${' '.repeat(100)}x`],
    ['breaks', 'BREAK '.repeat(16_000)],
    ['ands', 'a AND '.repeat(16_000)],
    ['backslashes', '\\'.repeat(100_001)],
    ['comments', '# a\n'.repeat(25_000)],
    ['lone surrogates', '\ud800'.repeat(50_000)],
    ['ampersands', '&'.repeat(100_000)],
  ])('%s', (_, text) => {
    const started = performance.now();
    readPrompt(text);
    parseGenerationParameters(`${text}\nSteps: 1, Sampler: x, Seed: ${text}`);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
