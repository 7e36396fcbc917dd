import { posix, win32 } from 'node:path';
import { describe, expect, it } from 'vitest';
import { externalFolder } from './external-location.ts';

describe('externalFolder', () => {
  it.each([
    [['/models/a.safetensors'], '/models', ['a.safetensors']],
    [['/models/a b/ü.safetensors'], '/models/a b', ['ü.safetensors']],
    [['/models/sd/a', '/models/vae/b'], '/models', ['sd/a', 'vae/b']],
    [['/models/a', '/models/sd/deep/b'], '/models', ['a', 'sd/deep/b']],
    [['/home/a', '/mnt/b'], '/', ['home/a', 'mnt/b']],
    [['/a'], '/', ['a']],
    [['/models/a', '/models..b/c'], '/', ['models/a', 'models..b/c']],
  ])('POSIX: %j', (files, folder, locations) => {
    const external = externalFolder(files, posix);
    expect(external.folder).toBe(folder);
    expect(files.map(external.locate)).toEqual(locations);
  });

  it.each([
    [['C:\\models\\a'], 'C:\\models', ['a']],
    [['C:\\models\\sd\\a', 'C:\\patches\\b'], 'C:\\', ['models/sd/a', 'patches/b']],
  ])('Windows: %j', (files, folder, locations) => {
    const external = externalFolder(files, win32);
    expect(external.folder).toBe(folder);
    expect(files.map(external.locate)).toEqual(locations);
  });

  it('says when files lie on two drives', () => {
    expect(() => externalFolder(['C:\\a', 'D:\\b'], win32)).toThrow('lie on different drives');
  });
});
