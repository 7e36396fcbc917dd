import { expect, it } from 'vitest';
import { clipVocabulary } from '../../../tests/support/clip.ts';
import { goldenCases } from '../../../tests/support/golden.ts';
import { createClipTokenizer } from './clip-tokenizer.ts';

interface Case {
  text: string;
  hf: number[];
  open_clip: number[];
}

const vocabulary = clipVocabulary();
const clip = createClipTokenizer(vocabulary, 'clip');
const openClip = createClipTokenizer(vocabulary, 'open_clip');

it.each(goldenCases<Case>('prompt/tokenizer.json'))('encodes $text', ({ text, hf, open_clip }) => {
  expect(clip.encode(text)).toEqual(hf);
  expect(openClip.encode(text)).toEqual(open_clip);
});

it('reads end and start marks as their own tokens', () => {
  expect(clip.encode('<|startoftext|>a<|ENDOFTEXT|>')).toEqual([49406, 320, 49407]);
});

it('unescapes HTML beside a < in the open_clip variant only', () => {
  expect(clip.encode('< &amp;')).not.toEqual(openClip.encode('< &amp;'));
  expect(openClip.encode('< &amp;')).toEqual(clip.encode('< &'));
});

it('decodes what it encoded, but for spaces', () => {
  const text = 'a naïve 日本 fox , 12 & 😀';
  expect(clip.decode(clip.encode(text)).replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
});

it.each([
  'x'.repeat(100_000),
  'cat '.repeat(25_000),
  '😀'.repeat(25_000),
  '\ud800'.repeat(1000),
  'ab9,'.repeat(25_000),
])('takes a long text in its stride (%#)', (text) => {
  const started = performance.now();
  const ids = clip.encode(text);
  expect(ids.every((id) => id >= 0 && id < 49406)).toBe(true);
  expect(performance.now() - started).toBeLessThan(5000);
});

it('loses nothing of a long word', () => {
  const word = 'antidisestablishmentarianism';
  expect(clip.decode(clip.encode(word.repeat(400)))).toBe(word.repeat(400));
});
