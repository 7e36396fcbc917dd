import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeError, writeFileAtomic } from './atomic.ts';
import { createLog } from './log.ts';
import { isInside, realInside, safeJoin } from './paths.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapestry-io-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('safeJoin', () => {
  it.each(['a.png', 'a/b.png', './a', 'a/./b', 'with space', '..a/b', ''])('lets %j through', (path) => {
    expect(isInside('/data/outputs', safeJoin('/data/outputs', path))).toBe(true);
  });

  it.each(['..', '../x', 'a/../../x', 'a/../b', '/etc/passwd', 'a\\..\\..\\x', 'C:\\x', 'c:x', 'a\0.png'])(
    'refuses %j',
    (path) => {
      expect(() => safeJoin('/data/outputs', path)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    },
  );

  it('does not take a sibling with the same beginning for the folder', () => {
    expect(isInside('/data/outputs', '/data/outputs-old/x')).toBe(false);
  });
});

describe('realInside', () => {
  it('follows links that stay and refuses those that leave', async () => {
    await mkdir(join(folder, 'root/sub'), { recursive: true });
    await writeFile(join(folder, 'secret.txt'), 'secret');
    await writeFile(join(folder, 'root/sub/a.txt'), 'a');
    await symlink(join(folder, 'secret.txt'), join(folder, 'root/out.txt'));
    await symlink(join(folder, 'root/sub/a.txt'), join(folder, 'root/in.txt'));
    expect(await readFile(await realInside(join(folder, 'root'), 'in.txt'), 'utf8')).toBe('a');
    await expect(realInside(join(folder, 'root'), 'out.txt')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(realInside(join(folder, 'root'), 'absent')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('writeFileAtomic', () => {
  it('creates folders, replaces, and leaves no temporary file', async () => {
    const path = join(folder, 'a/b/config.json');
    await writeFileAtomic(path, 'one');
    await writeFileAtomic(path, 'two');
    expect(await readFile(path, 'utf8')).toBe('two');
    expect(await readdir(join(folder, 'a/b'))).toEqual(['config.json']);
  });

  it('names the path where it cannot write, and keeps what was there', async () => {
    await writeFile(join(folder, 'file'), 'x');
    await expect(writeFileAtomic(join(folder, 'file/inside'), 'y')).rejects.toMatchObject({
      code: 'OUTPUT_UNWRITABLE',
      params: { value: join(folder, 'file/inside') },
    });
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('x');
  });

  it('knows a full disk', () => {
    const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
    expect(writeError('/x', full).code).toBe('DISK_FULL');
  });
});

describe('createLog', () => {
  it('writes readable lines with the room and the level', () => {
    const lines: string[] = [];
    const log = createLog({ json: false, write: (line) => lines.push(line) });
    log.child({ room: 'queue' }).warn({ job: 'j1' }, 'engine died');
    log.debug('unseen');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d warning: \[queue\] engine died \{"job":"j1"\}\n$/);
  });

  it('writes JSON when asked', () => {
    const lines: string[] = [];
    createLog({ json: true, write: (line) => lines.push(line) }).info('hello');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 30, msg: 'hello' });
  });
});
