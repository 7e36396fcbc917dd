import { expect, it } from 'vitest';
import { findJsonFault } from './json-fault.ts';

/** Messages and positions as CPython's `json.loads` gives them. */
it.each([
  ['', 'Expecting value', 0],
  ['nope', 'Expecting value', 0],
  ['{"a": }', 'Expecting value', 6],
  ['{"a": tru}', 'Expecting value', 6],
  ['{"a": NaN}', 'Expecting value', 6],
  ['{a: 1}', 'Expecting property name enclosed in double quotes', 1],
  ['{"a" 1}', "Expecting ':' delimiter", 5],
  ['{"a": 1 "b": 2}', "Expecting ',' delimiter", 8],
  ['[1 2]', "Expecting ',' delimiter", 3],
  ['{"a": "b', 'Unterminated string starting at', 6],
  ['"a\nb"', 'Invalid control character at', 2],
  ['"a\\x"', 'Invalid \\escape', 2],
  ['{} {}', 'Extra data', 3],
  ['01', 'Extra data', 1],
  ['{"a": [1, {"b": [null, -1.5e3, "x"]}]} !', 'Extra data', 39],
])('%j: %s at %d', (text, message, position) => {
  expect(findJsonFault(text)).toEqual({ message, position });
});

it('does not fall over deep nesting', () => {
  expect(findJsonFault('['.repeat(1_000_000)).message).toBe('Expecting value');
});
