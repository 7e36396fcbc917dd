import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TapestryError } from '#contracts/errors.ts';
import { OPTION_BY_KEY, OPTIONS } from '#contracts/options.ts';
import { silentLog } from '#io/log.ts';
import { checkOption } from './check-option.ts';
import { createSettings } from './settings.ts';

const option = (key: string) => OPTION_BY_KEY.get(key)!;
const refusal = (key: string) =>
  expect.objectContaining({ code: 'INVALID_FIELD', params: expect.objectContaining({ field: key }) });

describe('the table of options', () => {
  it('has no key twice and every default is a value that its option accepts', () => {
    expect(OPTION_BY_KEY.size).toBe(OPTIONS.length);
    for (const each of OPTIONS) expect(checkOption(each, each.default), each.key).toEqual(each.default);
  });

  it('gives every effective option a page and a label', () => {
    for (const each of OPTIONS.filter((one) => one.effective)) {
      expect(each.label.length, each.key).toBeGreaterThan(2);
      expect(each.section && each.page, each.key).toBeTruthy();
    }
  });
});

describe('checkOption', () => {
  it.each([
    ['CLIP_stop_at_last_layers', 2.0, 2],
    ['CLIP_stop_at_last_layers', '3', 3],
    ['comma_padding_backtrack', 20.9, 20],
    ['jpeg_quality', true, 1],
    ['eta_ancestral', '0.5', 0.5],
    ['eta_ancestral', null, 1],
    ['samples_save', 0, false],
    ['samples_save', 'on', true],
    ['samples_save', 'False', false],
    ['samples_filename_pattern', 12, '12'],
    ['emphasis', 'no norm', 'No norm'],
    ['samples_format', 'PNG', 'png'],
    ['disabled_extensions', 'a, b', ['a', 'b']],
    ['disabled_extensions', [], []],
    ['sd_model_checkpoint', null, null],
    ['samples_format', null, 'png'],
    ['sd_hypernetwork', 'None', 'None'],
  ])('%s takes %j as %j', (key, value, expected) => {
    expect(checkOption(option(key), value)).toEqual(expected);
  });

  it.each([
    ['CLIP_stop_at_last_layers', 'abc'],
    ['CLIP_stop_at_last_layers', 13],
    ['CLIP_stop_at_last_layers', Number.NaN],
    ['CLIP_stop_at_last_layers', ''],
    ['CLIP_stop_at_last_layers', []],
    ['eta_ancestral', Number.POSITIVE_INFINITY],
    ['samples_save', 'maybe'],
    ['samples_save', 2],
    ['samples_save', [true]],
    ['emphasis', 'Loud'],
    ['samples_filename_pattern', { a: 1 }],
    ['disabled_extensions', [{}]],
    ['disabled_extensions', 5],
  ])('%s refuses %j', (key, value) => {
    expect(() => checkOption(option(key), value)).toThrow(refusal(key));
  });
});

describe('settings', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tapestry-settings-'));
    file = join(folder, 'config.json');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const open = (checks = {}) => createSettings({ file, log: silentLog(), checks });

  it('starts with the defaults and writes nothing', async () => {
    const settings = await open();
    expect(settings.get('jpeg_quality')).toBe(80);
    expect(await readdir(folder)).toEqual([]);
  });

  it('takes back everything it gave', async () => {
    const settings = await open();
    const all = settings.all();
    expect(await settings.set(all)).toEqual({ unknown: [] });
    expect(settings.all()).toEqual(all);
  });

  it('keeps values over a restart, in the flat format of A1111', async () => {
    await (await open()).set({ jpeg_quality: 95, samples_filename_pattern: 'Bäume' });
    expect(await readFile(file, 'utf8')).toContain('\n    "samples_filename_pattern": "Bäume",\n');
    expect((await open()).get('jpeg_quality')).toBe(95);
  });

  it('applies all or nothing', async () => {
    const settings = await open();
    await expect(settings.set({ jpeg_quality: 50, eta_ddim: 'x' })).rejects.toThrow(refusal('eta_ddim'));
    expect(settings.get('jpeg_quality')).toBe(80);
  });

  it('returns unknown keys and applies the rest', async () => {
    const settings = await open();
    const result = await settings.set({ filter_nsfw: true, jpeg_quality: 50 });
    expect(result).toEqual({ unknown: ['filter_nsfw'] });
    expect(settings.get('jpeg_quality')).toBe(50);
  });

  it('tells listeners what changed, once', async () => {
    const settings = await open();
    const seen: string[][] = [];
    const stop = settings.onChange((keys) => seen.push(keys));
    await settings.set({ jpeg_quality: 50, samples_save: true });
    await settings.set({ jpeg_quality: 50 });
    stop();
    await settings.set({ jpeg_quality: 51 });
    expect(seen).toEqual([['jpeg_quality']]);
  });

  it('moves a corrupt file aside and goes on', async () => {
    await writeFile(file, '{"jpeg_quality": 50,');
    const settings = await open();
    expect(settings.get('jpeg_quality')).toBe(80);
    const names = await readdir(folder);
    expect(names).toHaveLength(1);
    expect(names[0]).toMatch(/^config\.json\.broken-/);
  });

  it('keeps keys of others, drops refused values, and reads the old names', async () => {
    await writeFile(
      file,
      '{"my_extension": {"a": [1]}, "__proto__": {"polluted": 1}, "jpeg_quality": "loud", "quicksettings": "sd_vae, eta_ddim"}',
    );
    const settings = await open();
    expect(settings.get('jpeg_quality')).toBe(80);
    expect(settings.get('quicksettings_list')).toEqual(['sd_vae', 'eta_ddim']);
    await settings.set({ jpeg_quality: 60 });
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
      my_extension: { a: [1] },
      jpeg_quality: 60,
    });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('holds values without writing them', async () => {
    const settings = await open();
    await settings.set({ jpeg_quality: 50 }, { persist: false });
    expect(settings.get('jpeg_quality')).toBe(50);
    expect(await readdir(folder)).toEqual([]);
  });

  it('leaves everything as it was when the file cannot be written', async () => {
    file = join(folder, 'sub', 'config.json');
    const settings = await open();
    await writeFile(join(folder, 'sub'), 'a file where a folder should be');
    await expect(settings.set({ jpeg_quality: 50 })).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
    expect(settings.get('jpeg_quality')).toBe(80);
  });

  it('asks a check only where the value changes', async () => {
    const check = (value: unknown) => {
      if (value === 'gone') throw new TapestryError('UNKNOWN_CHECKPOINT', { value, accepted: 'a' });
      return `${value} [hash]`;
    };
    await writeFile(file, '{"sd_model_checkpoint": "gone"}');
    const settings = await open({ sd_model_checkpoint: check });
    await settings.set(settings.all());
    await settings.set({ sd_model_checkpoint: 'model' });
    expect(settings.get('sd_model_checkpoint')).toBe('model [hash]');
    expect(() => settings.effective({ sd_model_checkpoint: 'gone' })).toThrow(TapestryError);
    expect(settings.effective({ nonsense: 1, jpeg_quality: 9 })).toMatchObject({
      options: { jpeg_quality: 9 },
      unknown: ['nonsense'],
    });
    expect(settings.get('jpeg_quality')).toBe(80);
  });
});
