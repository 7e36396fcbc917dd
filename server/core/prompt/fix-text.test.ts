import { expect, it } from 'vitest';
import { fixText, unescapeHtml } from './fix-text.ts';

it.each([
  ['plain ASCII, (a:1.2)', 'plain ASCII, (a:1.2)'],
  ['&lt;b&gt; &eacute; &#39; &#x263a; &unknown;', "<b> é ' ☺ &unknown;"],
  ['&amp;\n< &amp;\n&amp;', '&\n< &amp;\n&amp;'],
  ['\x1b[31mred\x1b[0m', 'red'],
  ['\x93quoted\x94', '"quoted"'],
  ['ﬃ Ǆ', 'ffi DŽ'],
  ['ＦＵＬＬ\u3000１', 'FULL 1'],
  ['‘a’ “b”', '\'a\' "b"'],
  ['a\r\nb\rc\u2028d', 'a\nb\nc\nd'],
  ['\ud800x', '\ufffdx'],
  ['\u0000a\ufeff', 'a'],
  ['e\u0301', 'é'],
])('fixes %j to %j', (text, expected) => {
  expect(fixText(text)).toBe(expected);
});

it.each([
  ['&copy &copy; &copyx', '© © ©x'],
  ['&hellip; &hellip', '… &hellip'],
  ['&#65 &#x41;', 'A A'],
  ['&#0;&#xd800;', '\ufffd\ufffd'],
  ['a & b &', 'a & b &'],
])('unescapes %j to %j', (text, expected) => {
  expect(unescapeHtml(text)).toBe(expected);
});
