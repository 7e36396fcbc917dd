import { expect, it } from 'vitest';
import { stripComments } from './comments.ts';

it.each([
  ['a cat', 'a cat'],
  ['# all of it', '\n'],
  ['a # rest', 'a \n'],
  ['a\n# line\nb', 'a\nb'],
  ['a # one\nb # two\nc', 'a \nb \nc'],
  ['', ''],
])('%j becomes %j', (prompt, expected) => {
  expect(stripComments(prompt)).toBe(expected);
});
