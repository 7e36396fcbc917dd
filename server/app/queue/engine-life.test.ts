import { expect, it } from 'vitest';
import { lastWords } from './engine-life.ts';

it.each([
  ['', 'no output'],
  ['starting\nno such device\n', 'no such device'],
  [
    'file:///x.ts:3\nthrow new Error("no memory");\n      ^\n\nError: no memory\n    at x.ts:3\n\nNode.js v24.1.0\n',
    'Error: no memory',
  ],
  ['libonnxruntime.so: cannot open\n    at y\n}\n\nNode.js v24.1.0', 'libonnxruntime.so: cannot open'],
])('finds the telling line of %j', (log, words) => expect(lastWords(log)).toBe(words));
