import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createStyles } from './styles.ts';

const PLAIN = { prompt: 'a cat', negative_prompt: '', hr_prompt: '', hr_negative_prompt: '' };
let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapestry-styles-'));
  file = join(folder, 'styles.csv');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

it('has no styles without a file', async () => {
  const styles = createStyles(file);
  expect(await styles.list()).toEqual([]);
  expect(await styles.apply(['Ink'], PLAIN)).toEqual({ prompts: PLAIN, unknown: ['Ink'] });
});

it('applies styles in order, also to the second prompts', async () => {
  await writeFile(
    file,
    '\ufeffname,prompt,negative_prompt\r\nInk,"ink drawing of {prompt}",blurry\r\nSoft,soft light,\r\n',
  );
  const styles = createStyles(file);
  expect((await styles.list()).map(({ name }) => name)).toEqual(['Ink', 'Soft']);
  const { prompts, unknown } = await styles.apply(['Soft', 'Gone', 'Ink'], { ...PLAIN, hr_prompt: 'a dog' });
  expect(prompts).toEqual({
    prompt: 'ink drawing of a cat, soft light',
    negative_prompt: 'blurry',
    hr_prompt: 'ink drawing of a dog, soft light',
    hr_negative_prompt: '',
  });
  expect(unknown).toEqual(['Gone']);
});

it('sees a change of the file at once', async () => {
  const styles = createStyles(file);
  await writeFile(file, 'name,prompt,negative_prompt\nInk,ink,\n');
  expect((await styles.apply(['Ink'], PLAIN)).prompts.prompt).toBe('a cat, ink');
  await writeFile(file, 'name,prompt,negative_prompt\nInk,pen,\n');
  expect((await styles.apply(['Ink'], PLAIN)).prompts.prompt).toBe('a cat, pen');
});
