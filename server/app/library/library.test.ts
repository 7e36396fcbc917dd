import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type HashCache, type HashedFile, hashFile } from './hash.ts';
import { createLibrary, type LibraryDeps } from './library.ts';
import { nearestNames } from './nearest.ts';
import { recommendedDefaults } from './passport.ts';

let root: string;
let models: string;
let cache: HashCache;
beforeEach(async () => {
  cache = createMemoryCache();
  root = await mkdtemp(join(tmpdir(), 'tapestry-library-'));
  models = join(root, 'models');
  await mkdir(join(models, 'sub'), { recursive: true });
});
afterEach(() => rm(root, { recursive: true, force: true }));

const sha = (text: string) => createHash('sha256').update(text).digest('hex');

function createMemoryCache(): HashCache {
  const hashes = new Map<string, string>();
  const key = ({ path, sizeBytes, mtimeMs }: HashedFile) => `${path}|${sizeBytes}|${mtimeMs}`;
  return {
    get: (file) => hashes.get(key(file)) ?? null,
    put: (file, sha256) => void hashes.set(key(file), sha256),
  };
}

async function open(deps: Partial<LibraryDeps> = {}) {
  const library = createLibrary({
    folders: [models],
    identify: async (path) =>
      path.includes('notes')
        ? { family: null, reason: 'no UNet in it', metadata: {} }
        : { family: 'sd1', reason: null, nativeWidth: 128, nativeHeight: 128, metadata: {} },
    hashFile,
    cache,
    ...deps,
  });
  await library.refresh();
  return library;
}

describe('library', () => {
  it('finds checkpoints in sub-folders and behind links, not VAEs, and does not walk in circles', async () => {
    await writeFile(join(models, 'b.safetensors'), 'b');
    await writeFile(join(models, 'sub/A.ckpt'), 'a');
    await writeFile(join(models, 'b.vae.safetensors'), 'v');
    await writeFile(join(models, 'readme.txt'), 't');
    await mkdir(join(root, 'elsewhere'));
    await writeFile(join(root, 'elsewhere/c.safetensors'), 'c');
    await symlink(join(root, 'elsewhere'), join(models, 'linked'));
    await symlink(models, join(models, 'sub/loop'));
    await symlink(join(root, 'nothing'), join(models, 'dangling.safetensors'));
    const names = (await open()).checkpoints().map((file) => file.name);
    expect(names).toEqual(['b.safetensors', 'linked/c.safetensors', 'sub/A.ckpt']);
  });

  it('has no folder, no files', async () => {
    const library = await open({ folders: [join(root, 'absent')] });
    expect(library.checkpoints()).toEqual([]);
    expect(() => library.resolve('x')).toThrow(expect.objectContaining({ code: 'NO_CHECKPOINT' }));
  });

  it('describes a file as the API lists it, and adds the hash once known', async () => {
    await writeFile(join(models, 'sub/my model.safetensors'), 'weights');
    await writeFile(join(models, 'sub/my model.yaml'), '');
    const library = await open();
    const changes = vi.fn();
    library.onChange(changes);
    const before = library.checkpoints()[0]!;
    expect(before).toMatchObject({
      title: 'sub/my model.safetensors',
      modelName: 'sub_my model',
      stem: 'my model',
      shortHash: null,
      sha256: null,
      config: join(models, 'sub/my model.yaml'),
      nativeWidth: 128,
      nativeHeight: 128,
    });
    expect(await library.hash(before)).toBe(sha('weights'));
    expect(changes).toHaveBeenCalledTimes(1);
    expect(library.checkpoints()[0]).toMatchObject({
      title: `sub/my model.safetensors [${sha('weights').slice(0, 10)}]`,
      sha256: sha('weights'),
    });
  });

  it('resolves every name a client may know', async () => {
    await writeFile(join(models, 'sub/Tree.safetensors'), 'weights');
    await writeFile(join(models, 'other.safetensors'), 'other');
    const library = await open();
    const file = library.resolve('sub/Tree.safetensors');
    await library.hash(file);
    const hash = sha('weights');
    for (const name of [
      `sub/Tree.safetensors [${hash.slice(0, 10)}]`,
      'sub/Tree.safetensors [0123456789]',
      'sub/Tree.safetensors',
      'sub/Tree',
      'Tree.safetensors',
      'Tree',
      'tree',
      'sub_Tree',
      'SUB/TREE.SAFETENSORS',
      hash.slice(0, 10),
      hash,
      `renamed.safetensors [${hash.slice(0, 10)}]`,
      join(models, 'sub/Tree.safetensors'),
    ]) {
      expect(library.resolve(name).path, name).toBe(file.path);
    }
  });

  it('never substitutes: an unknown name is refused with the nearest ones', async () => {
    await writeFile(join(models, 'apple.safetensors'), '1');
    await writeFile(join(models, 'zebra.safetensors'), '2');
    const library = await open();
    expect(() => library.resolve('aple')).toThrow(/Checkpoint not found: aple; nearest: apple\.safetensors/);
  });

  it('keeps unrecognised and unreadable files with their reason', async () => {
    await writeFile(join(models, 'notes.safetensors'), 'x');
    const library = await open();
    expect(library.checkpoints()[0]).toMatchObject({
      family: null,
      reason: 'no UNet in it',
      broken: false,
      nativeWidth: 512,
    });
    const failing = await open({ identify: async () => Promise.reject(new Error('header cut off')) });
    expect(failing.checkpoints()[0]).toMatchObject({
      family: null,
      reason: 'header cut off',
      broken: true,
    });
  });

  it('hashes once for all who ask, remembers over a restart, and again when the file changed', async () => {
    const path = join(models, 'a.safetensors');
    await writeFile(path, 'one');
    const counted = vi.fn(hashFile);
    const library = await open({ hashFile: counted });
    const file = library.checkpoints()[0]!;
    await Promise.all([library.hash(file), library.hash(file)]);
    expect(counted).toHaveBeenCalledTimes(1);
    const again = await open({ hashFile: counted });
    expect(again.checkpoints()[0]?.sha256).toBe(sha('one'));
    await writeFile(path, 'two');
    await utimes(path, new Date(), new Date(Date.now() + 5000));
    await again.refresh();
    expect(again.checkpoints()[0]?.sha256).toBeNull();
    expect(await again.hash(again.checkpoints()[0]!)).toBe(sha('two'));
    expect(counted).toHaveBeenCalledTimes(2);
  });

  it('says so when the file is gone', async () => {
    await writeFile(join(models, 'a.safetensors'), 'one');
    const library = await open();
    const file = library.checkpoints()[0]!;
    await rm(file.path);
    await expect(library.hash(file)).rejects.toMatchObject({ code: 'CHECKPOINT_MISSING' });
  });

  it('takes the first folder where a name occurs twice', async () => {
    await mkdir(join(root, 'more'));
    await writeFile(join(models, 'a.safetensors'), 'one');
    await writeFile(join(root, 'more/a.safetensors'), 'two');
    await writeFile(join(root, 'more/b.safetensors'), 'three');
    const library = await open({ folders: [models, join(root, 'more')] });
    expect(library.checkpoints().map((file) => file.path)).toEqual([
      join(models, 'a.safetensors'),
      join(root, 'more/b.safetensors'),
    ]);
  });
});

describe('passport', () => {
  it('reads recommended settings and drops what makes no sense', () => {
    const text = '{"steps": 25, "cfg_scale": "x", "sampler_name": "Euler", "examples": ["a", 1], "evil": 1}';
    expect(recommendedDefaults({ 'tapestry.defaults': text })).toEqual({
      steps: 25,
      sampler_name: 'Euler',
      examples: ['a'],
    });
    expect(recommendedDefaults({ 'tapestry.defaults': '{broken' })).toEqual({});
    expect(recommendedDefaults({})).toEqual({});
  });
});

describe('nearestNames', () => {
  it('prefers what contains the word, then what is spelled alike', () => {
    expect(nearestNames('karas', ['Automatic', 'Karras', 'Exponential'], 1)).toEqual(['Karras']);
    expect(nearestNames('2m', ['Euler', 'DPM++ 2M', 'LMS'], 1)).toEqual(['DPM++ 2M']);
  });
});
