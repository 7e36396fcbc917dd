import { expect, it } from 'vitest';
import { goldenCases } from '../../../tests/support/golden.ts';
import { applyNamePattern, type NameFields } from './file-name.ts';
import { fitFileName, sanitizeFilePart } from './sanitize.ts';
import { composeFileName, defaultNamePattern, nextSequenceNumber } from './sequence.ts';

interface PatternCase {
  pattern: string;
  prompt: string;
  negative_prompt: string;
  batch_size: number;
  batch_index: number;
  iteration: number;
  n_iter: number;
  out: string;
}

const FIELDS: NameFields = {
  seed: 101,
  allSeeds: [100, 101],
  prompt: '',
  negativePrompt: '',
  steps: 20,
  cfg: 7,
  width: 8,
  height: 6,
  sampler: 'DPM++ 2M',
  scheduler: 'Karras',
  modelName: 'v1-5-pruned',
  modelHash: 'e1441589a6',
  clipSkip: 1,
  denoising: 0.55,
  styles: [{ name: 'Foo', prompt: 'masterpiece, {prompt}, 8k' }],
  batchSize: 1,
  batchIndex: 0,
  iteration: 0,
  iterations: 1,
  jobTimestamp: '20240727101112',
  user: 'bob',
  pixels: Uint8Array.from({ length: 144 }, (_, i) => i),
  now: new Date('2024-07-27T10:11:12.345Z'),
};

it.each(goldenCases<PatternCase>('pipeline/filename_patterns.json'))(
  '$pattern, batch of $batch_size: $out',
  (entry) => {
    const fields = {
      ...FIELDS,
      prompt: entry.prompt,
      negativePrompt: entry.negative_prompt,
      batchSize: entry.batch_size,
      batchIndex: entry.batch_index,
      iteration: entry.iteration,
      iterations: entry.n_iter,
    };
    expect(applyNamePattern(entry.pattern, fields)).toBe(entry.out);
  },
);

it.each(
  goldenCases<{ text: string; replace_spaces: boolean; out: string }>('pipeline/filename_sanitize.json'),
)('sanitizes $text (spaces replaced: $replace_spaces)', ({ text, replace_spaces, out }) => {
  expect(sanitizeFilePart(text, { replaceSpaces: replace_spaces })).toBe(out);
});

it.each([
  ['[datetime<%Y-%m-%d %H_%M_%S><UTC>]', '2024-07-27 10_11_12'],
  ['[datetime<%d %b %y %I%p %j %a><Asia/Tokyo>]', '27 Jul 24 07PM 209 Sat'],
  ['[datetime<%z><America/St_Johns>]', '-0230'],
  ['[datetime<%f %q %%><UTC>]', '345000 %q %'],
  ['[sampler_scheduler] [scheduler]', 'DPM++ 2M Karras Karras'],
  ['[job_timestamp]', '20240727101112'],
  ['[prompt_hash<x>]', '[prompt_hash]'],
  ['a[basename]', 'aimg'],
])('%s gives %s', (pattern, expected) => {
  expect(applyNamePattern(pattern, FIELDS)).toBe(expected);
});

it('counts on from the highest number', () => {
  expect(nextSequenceNumber([])).toBe(0);
  expect(nextSequenceNumber(['00003-1.png', '00012.jpg', 'x.png', '7a.png', 'grid-0044.png'])).toBe(13);
  expect(nextSequenceNumber(['00003-1.png', 'grid-0044.png', 'grid-0002-a.png'], 'grid')).toBe(45);
});

it.each([
  [{ number: 12, decoration: '1234567', extension: 'png' }, '00012-1234567.png'],
  [{ number: 3, basename: 'grid', decoration: '', extension: 'png' }, 'grid-0003.png'],
  [{ number: null, decoration: 'a', extension: 'jpg' }, 'a.jpg'],
  [{ number: null, decoration: '', extension: 'jpg' }, '00000.jpg'],
  [{ number: 1, decoration: '5', suffix: '-mask', extension: 'png' }, '00001-5-mask.png'],
])('composes %j', (parts, expected) => {
  expect(composeFileName(parts)).toBe(expected);
});

it('cuts names at 255 bytes, at whole characters', () => {
  const name = fitFileName('日'.repeat(200), 'png');
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
  expect(name).toBe(`${'日'.repeat(83)}.png`);
});

it('has one default pattern with dated folders and one without', () => {
  expect(defaultNamePattern(true)).toBe('[seed]');
  expect(defaultNamePattern(false)).toBe('[seed]-[prompt_spaces]');
});
