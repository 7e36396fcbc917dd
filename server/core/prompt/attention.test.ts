import { expect, it } from 'vitest';
import { goldenCases } from '../../../tests/support/golden.ts';
import { parseAttention } from './attention.ts';

interface Case {
  text: string;
  out: [string, number][];
}

it.each(goldenCases<Case>('prompt/attention.json'))('parses $text', ({ text, out }) => {
  expect(parseAttention(text).map((part) => [part.text, part.weight])).toEqual(out);
});

it('reads a weight that is no number as text', () => {
  expect(parseAttention('a (b:1.1.1) c')).toEqual([
    { text: 'a ', weight: 1 },
    { text: 'b:1.1.1', weight: 1.1 },
    { text: ' c', weight: 1 },
  ]);
});

it('keeps BREAK inside a word of any script', () => {
  expect(parseAttention('日BREAK本')).toEqual([{ text: '日BREAK本', weight: 1 }]);
});
