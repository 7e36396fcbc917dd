import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '#io/log.ts';
import { createExtensions } from './extensions.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tapestry-extensions-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const panel = {
  id: 'main',
  title: 'Glow',
  tabs: ['txt2img'],
  script: 'Glow',
  enabledBy: 'enabled',
  fields: [
    { kind: 'toggle', key: 'enabled', label: 'Enabled', default: false },
    {
      kind: 'choice',
      key: 'preset',
      label: 'Preset',
      default: 'soft',
      choices: [
        { value: 'soft', label: 'Soft light' },
        { value: 'hard', label: 'Hard light' },
      ],
      sets: { hard: { amount: 9, rounds: 4 } },
    },
    { kind: 'slider', key: 'amount', label: 'Amount', default: 1.5, min: 0, max: 10, step: 0.5 },
    { kind: 'number', key: 'rounds', label: 'Rounds', default: 2, min: 1, max: 5, step: 1, integer: true },
    { kind: 'text', key: 'note', label: 'Note', default: '' },
  ],
};
const glow = { sdk: '^1.0.0', title: 'Glow', panels: [panel] };

async function put(id: string, tapestry: unknown, more: object = {}) {
  await mkdir(join(root, id), { recursive: true });
  await writeFile(join(root, id, 'package.json'), JSON.stringify({ version: '2.1.0', tapestry, ...more }));
}

const open = (disabled: string[] = []) =>
  createExtensions({
    roots: [root],
    isBuiltIn: (folder) => folder.endsWith('glow'),
    isDisabled: ({ id }) => disabled.includes(id),
    log: silentLog(),
  });

describe('manifests', () => {
  it('lists what it finds as data', async () => {
    await put('glow', glow);
    const extensions = await open();
    expect(extensions.list()).toMatchObject([
      { id: 'glow', version: '2.1.0', builtIn: true, enabled: true, folder: join(root, 'glow') },
    ]);
    expect(extensions.panels()[0]).toMatchObject({ extension: 'glow', panel: { title: 'Glow' } });
    expect(extensions.scriptTitles('txt2img')).toEqual(['glow']);
    expect(extensions.scriptTitles('img2img')).toEqual([]);
  });

  it('hides panels of disabled extensions', async () => {
    await put('glow', glow);
    const extensions = await open(['glow']);
    expect(extensions.list()[0]?.enabled).toBe(false);
    expect(extensions.panels()).toEqual([]);
    expect(() => extensions.fromScriptArgs('Glow', [])).toThrow(/Script 'Glow' not found; known: none/);
  });

  it.each([
    ['a broken file', '{', /package\.json cannot be read/],
    ['no field', undefined, /no "tapestry" field/],
    ['another sdk', { sdk: '^9.0.0', title: 'x' }, /needs sdk \^9\.0\.0; this is sdk 1\./],
    ['no range', { sdk: 'newest', title: 'x' }, /"newest" is not a version range/],
    ['no title', { sdk: '^1.0.0' }, /manifest: title/],
    ['a key twice', { ...glow, panels: [panel, { ...panel, id: 'b' }] }, /two fields have the key "enabled"/],
    [
      'a switch that is none',
      { ...glow, panels: [{ ...panel, enabledBy: 'note' }] },
      /"note" is not a toggle/,
    ],
    ['an engine outside', { ...glow, engine: '../../x.ts' }, /leads out of the folder/],
    ['no engine file', { ...glow, engine: './index.ts' }, /"\.\/index\.ts" is not there/],
  ])('keeps the reason: %s', async (_name, tapestry, reason) => {
    await put('good', { ...glow, panels: [] });
    if (typeof tapestry === 'string') {
      await put('bad', {});
      await writeFile(join(root, 'bad/package.json'), tapestry);
    } else await put('bad', tapestry);
    const extensions = await open();
    expect(extensions.list().map((each) => each.id)).toEqual(['good']);
    expect(extensions.problems()).toEqual([
      { id: 'bad', folder: join(root, 'bad'), reason: expect.stringMatching(reason) },
    ]);
  });

  it('refuses the second of two that claim one script', async () => {
    await put('a', glow);
    await put('b', glow);
    expect((await open()).problems()).toMatchObject([{ id: 'b', reason: 'its script "Glow" is taken by a' }]);
  });

  it('reads the extensions that ship', async () => {
    const shipped = fileURLToPath(new URL('../../../extensions', import.meta.url));
    const extensions = await createExtensions({
      roots: [shipped],
      isBuiltIn: () => true,
      isDisabled: () => false,
      log: silentLog(),
    });
    expect(extensions.problems()).toEqual([]);
    expect(extensions.scriptTitles('txt2img')).toContain('safe latent diffusion');
  });
});

describe('values', () => {
  it.each([
    [[], {}],
    [null, {}],
    [[true], { enabled: true }],
    [[1, 'Hard light'], { enabled: true, preset: 'hard', amount: 9, rounds: 4 }],
    [[true, 'hard', 3], { enabled: true, preset: 'hard', amount: 3, rounds: 4 }],
    [[true, null, '2.5', 3.9, 7, 'extra', {}], { enabled: true, amount: 2.5, rounds: 3, note: '7' }],
    [
      { enabled: true, amount: 2 },
      { enabled: true, amount: 2 },
    ],
    [[{ rounds: 5 }], { rounds: 5 }],
  ])('args %j', async (args, expected) => {
    await put('glow', glow);
    const defaults = { enabled: false, preset: 'soft', amount: 1.5, rounds: 2, note: '' };
    expect((await open()).fromScriptArgs('glow', args)).toEqual({
      extension: 'glow',
      values: { ...defaults, ...expected },
    });
  });

  it.each([
    [[true, 'softest'], 'alwayson_scripts.Glow.preset', 'one of soft, hard'],
    [[true, 'soft', 11], 'alwayson_scripts.Glow.amount', 'a number from 0 to 10'],
    [[true, 'soft', 'much'], 'alwayson_scripts.Glow.amount', 'a number from 0 to 10'],
    [[true, 'soft', 1, 6], 'alwayson_scripts.Glow.rounds', 'a whole number from 1 to 5'],
    [['maybe'], 'alwayson_scripts.Glow.enabled', 'true or false'],
    [[{ glow: 1 }], 'alwayson_scripts.Glow', 'one of enabled, preset, amount, rounds, note'],
    ['yes', 'alwayson_scripts.Glow', 'a list of values'],
  ])('refuses args %j', async (args, field, accepted) => {
    await put('glow', glow);
    const extensions = await open();
    expect(() => extensions.fromScriptArgs('Glow', args)).toThrow(
      expect.objectContaining({
        code: 'INVALID_FIELD',
        params: expect.objectContaining({ field, accepted }),
      }),
    );
  });

  it('checks values by key and names an unknown extension', async () => {
    await put('glow', glow);
    const extensions = await open();
    expect(extensions.check({ glow: { amount: 2 } })).toMatchObject({ glow: { amount: 2, rounds: 2 } });
    expect(() => extensions.check({ gloww: {} })).toThrow(
      /extensions: gloww is not accepted; expected one of glow/,
    );
  });
});
