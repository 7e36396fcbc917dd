import { expect, it } from 'vitest';
import { goldenCases } from '../../../tests/support/golden.ts';
import {
  applyStyles,
  extractStyles,
  extractStyleText,
  mergeStyle,
  type PromptStyle,
  parseStylesCsv,
  writeStylesCsv,
} from './styles.ts';

interface Case {
  op: string;
  style: string;
  styles: string[];
  prompt: string;
  negative: string;
  csv: string;
  out: never;
}

const cases = goldenCases<Case>('prompt/styles.json').map((entry, index) => ({ ...entry, index }));
const known = parseStylesCsv(cases.find(({ op }) => op === 'StyleDatabase_csv')!.csv);

const OPERATIONS: Record<string, (entry: Case) => unknown> = {
  merge_prompts: ({ style, prompt }) => mergeStyle(style, prompt),
  apply_styles_to_prompt: ({ styles, prompt }) => applyStyles(prompt, styles),
  extract_style_text_from_prompt: ({ style, prompt }) => {
    const rest = extractStyleText(style, prompt);
    return [rest !== null, rest ?? prompt];
  },
  StyleDatabase_csv: ({ csv }) =>
    parseStylesCsv(csv).map(({ name, prompt, negativePrompt }) => ({
      name,
      prompt,
      negative_prompt: negativePrompt,
    })),
  get_style_prompts_and_apply: ({ styles, prompt, negative }) => {
    const chosen = styles.map((name) => known.find((style) => style.name === name)!);
    return [
      applyStyles(
        prompt,
        chosen.map((style) => style.prompt),
      ),
      applyStyles(
        negative,
        chosen.map((style) => style.negativePrompt),
      ),
    ];
  },
  extract_styles_from_prompt: ({ prompt, negative }) => {
    const found = extractStyles(prompt, negative, known);
    return [found.styles, found.prompt, found.negativePrompt];
  },
};

it.each(cases)('case $index: $op', (entry) => {
  expect(OPERATIONS[entry.op]!(entry)).toEqual(entry.out);
});

const STYLES: PromptStyle[] = [
  { name: 'One', prompt: 'a, "b" {prompt}', negativePrompt: 'bad' },
  { name: 'Two', prompt: ' lead\r\nbreak', negativePrompt: '' },
  { name: '日本', prompt: '', negativePrompt: 'x, y' },
];

it('reads what it writes', () => {
  expect(parseStylesCsv(writeStylesCsv(STYLES))).toEqual(STYLES);
});

it('takes out what it applied, in order', () => {
  const chosen = [
    { name: 'a', prompt: 'masterpiece, {prompt}', negativePrompt: 'bad' },
    { name: 'b', prompt: '8k', negativePrompt: '' },
  ];
  const prompt = applyStyles(
    'a fox',
    chosen.map((style) => style.prompt),
  );
  const found = extractStyles(prompt, 'worse, bad', chosen);
  expect(found).toEqual({ styles: ['b', 'a'], prompt: 'a fox', negativePrompt: 'worse' });
});

it('reads the older header and skips comments', () => {
  expect(parseStylesCsv('\ufeffname,text\nOld, "x, y"\n#no,z\n\n')).toEqual([
    { name: 'Old', prompt: 'x, y', negativePrompt: '' },
  ]);
});

it('inserts a prompt with $ signs as it is', () => {
  expect(mergeStyle('{prompt}, s', '$& $1')).toBe('$& $1, s');
});
