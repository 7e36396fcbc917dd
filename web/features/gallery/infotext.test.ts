import { describe, expect, it } from 'vitest';
import { looksLikeInfotext, splitInfotext } from './infotext.ts';

const TEXT = `a red apple,
on a table
Negative prompt: blurry, ugly
Steps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7.0, Seed: 1, Size: 128x96, Hashes: "a: 1, b: \\"2\\"", Version: 1`;

describe('infotext', () => {
  it('splits into prompt, negative prompt and settings', () => {
    const parts = splitInfotext(TEXT);
    expect(parts.prompt).toBe('a red apple,\non a table');
    expect(parts.negative).toBe('blurry, ugly');
    expect(parts.settings).toContainEqual(['Sampler', 'DPM++ 2M']);
    expect(parts.settings).toContainEqual(['Hashes', 'a: 1, b: "2"']);
    expect(parts.settings).toHaveLength(8);
  });

  it('takes a text without settings as a prompt', () => {
    expect(splitInfotext('just words')).toEqual({ prompt: 'just words', negative: '', settings: [] });
  });

  it('reads an empty prompt', () => {
    expect(splitInfotext('Steps: 5, Sampler: Euler')).toMatchObject({ prompt: '', negative: '' });
  });

  it('tells an infotext from a prompt', () => {
    expect(looksLikeInfotext(TEXT)).toBe(true);
    expect(looksLikeInfotext('Steps: 20, Sampler: Euler, Seed: 3')).toBe(true);
    expect(looksLikeInfotext('a staircase, Steps: many')).toBe(false);
  });
});
