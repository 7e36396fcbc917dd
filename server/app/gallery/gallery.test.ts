import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Assignment, ImageMessage } from '#contracts/messages.ts';
import { encodePicture } from '#io/image.ts';
import { createTestApp, type TestApp, type TestAppOptions, testInput } from '../queue/testing/test-app.ts';
import { checkOutputFolders } from './destination.ts';
import type { FileCalls } from './place-file.ts';

let app: TestApp;
const open = (options: TestAppOptions = {}) => {
  app = createTestApp(options);
};
beforeEach(() => open());
afterEach(() => app.stop());

const fail = (code: string) => () => Promise.reject(Object.assign(new Error(`${code}: refused`), { code }));
const AT = new Date(2024, 6, 27, 12);
const FOLDER = join('outputs', 'txt2img-images', '2024-07-27');

/** Commits a picture of job `j` as the desk would. */
async function keep(
  more: Partial<ImageMessage> = {},
  options: Record<string, unknown> = {},
  save = true,
  prompt = 'a cat',
  bytes?: Uint8Array,
) {
  const { task, request, checkpoint } = testInput(prompt, { n_iter: 2 });
  const job = { request, options, checkpoint, save, pythonFloats: false, jobTimestamp: '20240727120000' };
  const tempFolder = join(app.state, 'attempts', 'j-1');
  mkdirSync(tempFolder, { recursive: true });
  const index = more.index ?? 0;
  const message: ImageMessage = {
    type: 'image',
    jobId: 'j',
    fence: 1,
    index,
    file: `${index}.png`,
    format: 'png',
    width: 64,
    height: 64,
    seed: 7 + index,
    subseed: 0,
    infotext: 'a cat\nSteps: 4',
    grid: false,
    ...more,
  };
  writeFileSync(join(tempFolder, message.file), bytes ?? `picture ${message.seed}`);
  const assignment: Assignment = { jobId: 'j', fence: 1, task, job, tempFolder };
  const kept = await app.gallery.keep(assignment, message, (_, change) => app.store.transaction(change));
  const row = app.store.images.at('j', index)!;
  return { ...kept, row, left: readdirSync(tempFolder) };
}
const write = (file: string, text = 'not ours') => {
  const path = join(app.folder, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};
const read = (file: string) => readFileSync(join(app.folder, file), 'utf8');

describe('names', () => {
  beforeEach(async () => {
    await app.stop();
    open({ now: () => AT });
  });

  it('counts on from the highest number in the folder', async () => {
    write(join(FOLDER, '00041-99.png'));
    expect((await keep()).row.path).toBe(join(FOLDER, '00042-7.png'));
  });

  it('follows the options', async () => {
    const flat = { save_to_dirs: false, outdir_txt2img_samples: 'elsewhere' };
    expect((await keep({ index: 0 }, flat)).row.path).toBe(join('elsewhere', '00000-7-a cat.png'));
    const plain = { save_images_add_number: false, samples_filename_pattern: 'x[seed]', ...flat };
    expect((await keep({ index: 1 }, plain)).row.path).toBe(join('elsewhere', 'x8.png'));
    expect((await keep({ index: 2, seed: 8 }, plain)).row.path).toBe(join('elsewhere', 'x8-1.png'));
    expect(read('elsewhere/x8.png')).toBe('picture 8');
  });

  it('puts grids in their own folder under their own numbers', async () => {
    const { row } = await keep({ grid: true });
    expect(row.path).toBe(join('outputs', 'txt2img-grids', '2024-07-27', 'grid-0000.png'));
  });

  it('keeps patterns inside the chosen folder', async () => {
    const { row } = await keep({}, { directories_filename_pattern: '../../../[prompt_spaces]/..' });
    expect(row.path).toBe(join('outputs', 'txt2img-images', 'a cat', '00000-7.png'));
    const named = await keep({ index: 1 }, { samples_filename_pattern: '../../x/[seed]' });
    expect(named.row.path).toBe(join(FOLDER, 'x', '00000-8.png'));
  });

  it('fit a file system, however long the prompt', async () => {
    const pattern = '[prompt]'.repeat(10);
    const { row } = await keep(
      {},
      { directories_filename_pattern: pattern, samples_filename_pattern: pattern },
      true,
      '日本'.repeat(500),
    );
    expect(row.saved).toBe(true);
    expect(Buffer.byteLength(basename(row.path))).toBeLessThanOrEqual(255);
  });

  it('know the place in the job, and hash pixels only when asked', async () => {
    const pattern = '[generation_number]-[seed_last]-[cfg]-[model_name]-[image_hash<6>]';
    const options = { save_to_dirs: false, samples_filename_pattern: pattern };
    const rgb = Uint8Array.from({ length: 12 }, (_, i) => 20 * i);
    const encoded = await encodePicture({ rgb, width: 2, height: 2 }, 'png', { quality: 80, lossless: true });
    const { row } = await keep({ index: 1 }, options, true, 'a cat', encoded);
    const hash = createHash('sha256').update(rgb).digest('hex').slice(0, 6);
    expect(basename(row.path)).toBe(`00000-2-7-a-${hash}.png`);
  });

  it('ignores folders in the name that an engine gives', async () => {
    const { row } = await keep({ file: '0.png' });
    expect(row.temp).toBe(join('.tapestry', 'attempts', 'j-1', '0.png'));
  });

  it('writes a sidecar when asked', async () => {
    const { row } = await keep({}, { save_txt: true });
    expect(read(row.path.replace('.png', '.txt'))).toBe('a cat\nSteps: 4\n');
  });
});

describe('nothing is overwritten', () => {
  it('takes the next number when the name is taken behind its back', async () => {
    await app.stop();
    let rival = true;
    const calls: FileCalls = {
      ...fs,
      link: async (from, to) => {
        if (rival) writeFileSync(to, 'not ours');
        rival = false;
        return fs.link(from, to);
      },
    };
    open({ calls, now: () => AT });
    const { row, left } = await keep();
    expect(row.path).toBe(join(FOLDER, '00001-7.png'));
    expect(read(join(FOLDER, '00000-7.png'))).toBe('not ours');
    expect(left).toEqual([]);
  });

  it.each(['EXDEV', 'EPERM', 'ENOTSUP'])('copies where hard links fail with %s', async (code) => {
    await app.stop();
    open({ calls: { ...fs, link: fail(code) }, now: () => AT });
    const first = await keep();
    const second = await keep({ index: 1, seed: 7 });
    expect(read(first.row.path)).toBe('picture 7');
    expect(readdirSync(join(app.folder, FOLDER)).sort()).toEqual(['00000-7.png', '00001-7.png']);
    expect(second.left).toEqual([]);
  });

  it('stores a picture once, however often it is painted', async () => {
    expect((await keep()).outcome).toBe('stored');
    const again = await keep();
    expect(again).toMatchObject({ outcome: 'known', left: [] });
    expect(readdirSync(dirname(join(app.folder, again.row.path)))).toHaveLength(1);
  });
});

describe('a folder that cannot be written', () => {
  it.each([
    ['ENOSPC', 'DISK_FULL'],
    ['EDQUOT', 'DISK_FULL'],
    ['EACCES', 'OUTPUT_UNWRITABLE'],
    ['EROFS', 'OUTPUT_UNWRITABLE'],
  ])('%s is told as %s, and the picture stays as the job`s result', async (errno, code) => {
    await app.stop();
    const outputs: FileCalls['link'] = (from, to) =>
      String(to).includes('outputs') ? fail(errno)() : fs.link(from, to);
    open({ calls: { ...fs, link: outputs } });
    const kept = await keep();
    expect(kept.error).toMatchObject({ code });
    expect(kept.error?.message).toContain(join(app.folder, 'outputs'));
    expect(kept.row).toMatchObject({ state: 'stored', saved: false });
    expect(readFileSync(app.gallery.find('j-0')!.path, 'utf8')).toBe('picture 7');
  });

  it('fails the job, keeps its pictures, and the queue goes on', async () => {
    write('outputs', 'a file where the folder should be');
    await app.start();
    const job = await app.submit('blocked', { n_iter: 3 });
    const next = await app.submit('unsaved', {}, { save: false });
    const ended = await app.end(job);
    expect(ended).toMatchObject({ state: 'failed', error: { code: 'OUTPUT_UNWRITABLE' } });
    expect(ended.images.length).toBeGreaterThan(0);
    expect(ended.images[0]).toMatchObject({ file: null });
    expect((await app.end(next)).state).toBe('done');
  });
});

describe('a request`s own folders', () => {
  const settings = { outdir_txt2img_samples: '/mnt/pictures' };
  it('may lie in the data folder or be what the settings say', () => {
    checkOutputFolders({ outdir_txt2img_samples: 'outputs/mine' }, settings, '/data');
    checkOutputFolders({ outdir_txt2img_samples: '/mnt/pictures' }, settings, '/data');
    checkOutputFolders({ outdir_txt2img_samples: '/data/x' }, settings, '/data');
  });
  it.each(['/etc', '../out', 'a/../../b', '/database'])('may not be %s', (folder) => {
    const options = { outdir_txt2img_samples: folder };
    expect(() => checkOutputFolders(options, settings, '/data')).toThrow(
      expect.objectContaining({ code: 'INVALID_FIELD' }),
    );
  });
});

it('forgets results with their job', async () => {
  const { row } = await keep({}, {}, false);
  expect(row).toMatchObject({ saved: false });
  const { path } = app.gallery.find('j-0')!;
  await app.gallery.dropResults('j');
  expect(existsSync(path)).toBe(false);
  expect(app.gallery.find('j-0')).toBeNull();
});
