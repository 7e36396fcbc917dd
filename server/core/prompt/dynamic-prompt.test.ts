import { describe, expect, it } from 'vitest';
import { expandDynamicPrompt } from './dynamic-prompt.ts';

const WILDCARDS = new Map([
  ['colors', ['red', 'green', '', '# comment', 'blue']],
  ['sub/animals', ['cat', '__colors__ dog']],
  ['loop', ['x __loop__']],
]);

const expand = (prompt: string, seed = 1) =>
  expandDynamicPrompt(prompt, { seed, wildcards: WILDCARDS }).prompt;
const all = (prompt: string, seeds = 400) =>
  new Set(Array.from({ length: seeds }, (_, seed) => expand(prompt, seed)));

it.each([
  ['{a|b}', ['a', 'b']],
  ['x {a|b|} y', ['x a y', 'x b y', 'x  y']],
  ['{a|{b|c}}', ['a', 'b', 'c']],
  ['{2$$a|b}', ['a, b', 'b, a']],
  ['{2$$ and $$a|b}', ['a and b', 'b and a']],
  ['{0-1$$a|b}', ['', 'a', 'b']],
  ['{-1$$a|b}', ['', 'a', 'b']],
  ['{9$$a|b}', ['a, b', 'b, a']],
  ['{0::a|b}', ['b']],
  ['__colors__', ['red', 'green', 'blue']],
  ['__sub/*__', ['cat', 'red dog', 'green dog', 'blue dog']],
  ['{__colors__|x}', ['red', 'green', 'blue', 'x']],
  ['{1$$__colors__}', ['red', 'green', 'blue']],
])('%s becomes one of %j', (prompt, expected) => {
  expect(all(prompt)).toEqual(new Set(expected));
});

it.each(['{word}', '{{best}}', 'a } b {', '{', '{a|b', '__', 'snake_case_name', '[a|b]', '(a:1.2)', ''])(
  'leaves %j as it is',
  (prompt) => {
    expect(expand(prompt)).toBe(prompt);
  },
);

it('gives the same text for the same seed', () => {
  const prompt = '{a|b|c} {d|e|f} __colors__ {2$$g|h|i}';
  expect(expand(prompt, 7)).toBe(expand(prompt, 7));
  expect(all(prompt, 50).size).toBeGreaterThan(20);
});

it('draws by weight', () => {
  const drawn = Array.from({ length: 4000 }, (_, seed) => expand('{3::a|b}', seed));
  const share = drawn.filter((text) => text === 'a').length / drawn.length;
  expect(share).toBeGreaterThan(0.72);
  expect(share).toBeLessThan(0.78);
});

describe('warnings', () => {
  it('names a wildcard that is not there', () => {
    const result = expandDynamicPrompt('__nope__', { seed: 1, wildcards: WILDCARDS });
    expect(result).toEqual({ prompt: '__nope__', warnings: ['Wildcard __nope__ not found'] });
  });

  it('ends circles', () => {
    const result = expandDynamicPrompt('__loop__', { seed: 1, wildcards: WILDCARDS });
    expect(result.prompt.startsWith('x x x')).toBe(true);
    expect(result.warnings).toHaveLength(1);
  });

  it('ends growth', () => {
    const wildcards = new Map([['grow', ['__grow__ __grow__ __grow__']]]);
    const result = expandDynamicPrompt('__grow__', { seed: 1, wildcards });
    expect(result.prompt.length).toBeLessThan(2_000_000);
    expect(result.warnings).toHaveLength(1);
  });
});
