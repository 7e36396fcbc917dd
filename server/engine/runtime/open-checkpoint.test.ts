import { copyFile, mkdir, mkdtemp, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { goldenPath } from '../../../tests/support/golden.ts';
import { openCheckpoint } from './open-checkpoint.ts';

const SD1 = goldenPath('models/sd1/sd1_full_fp16.safetensors');
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapestry-open-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('openCheckpoint', () => {
  it('reads a checkpoint through a link and weighs its parts', async () => {
    const link = join(folder, 'linked.safetensors');
    await symlink(SD1, link);
    const { path, match, sizes } = await openCheckpoint(link);
    expect(path).toBe(link);
    expect(match.family).toBe('sd1');
    expect(sizes.unet).toMatchObject({ narrow: true });
    expect(sizes.unet.storedBytes).toBe(sizes.unet.elements * 2);
  });

  it('says that a file is not there', async () => {
    await expect(openCheckpoint(join(folder, 'none.safetensors'))).rejects.toMatchObject({
      code: 'CHECKPOINT_MISSING',
      message: expect.stringContaining('none.safetensors'),
    });
  });

  it.each([
    ['golden garbage', goldenPath('models/malicious/bad_json.safetensors'), /header is not JSON/],
    ['an empty file', goldenPath('models/malicious/empty.safetensors'), /the file is empty/],
    ['a lying header', goldenPath('models/malicious/shape_mismatch.safetensors'), /needs \d+ bytes/],
    ['truncated data', goldenPath('models/malicious/truncated_data.safetensors'), /but the file has only/],
  ])('calls %s broken, with the reason', async (_, path, reason) => {
    await expect(openCheckpoint(path)).rejects.toMatchObject({
      code: 'CHECKPOINT_BROKEN',
      message: expect.stringMatching(reason),
    });
  });

  it('calls a folder and a cut-off checkpoint broken', async () => {
    await mkdir(join(folder, 'sub'));
    await expect(openCheckpoint(join(folder, 'sub'))).rejects.toMatchObject({ code: 'CHECKPOINT_BROKEN' });
    const cut = join(folder, 'cut.safetensors');
    await copyFile(SD1, cut);
    await truncate(cut, 5_000_000);
    await expect(openCheckpoint(cut)).rejects.toMatchObject({
      code: 'CHECKPOINT_BROKEN',
      message: expect.stringMatching(/but the file has only 5000000/),
    });
  });

  it('says what else a file is', async () => {
    await expect(
      openCheckpoint(goldenPath('models/variants/vae_clip_bf16.safetensors')),
    ).rejects.toMatchObject({
      code: 'CHECKPOINT_UNSUPPORTED',
      message: expect.stringMatching(/this is a VAE without its checkpoint/),
    });
  });

  it('notices that a file was replaced or removed since', async () => {
    const path = join(folder, 'model.safetensors');
    await copyFile(SD1, path);
    const opened = await openCheckpoint(path);
    await expect(opened.checkUnchanged()).resolves.toBeUndefined();
    await utimes(path, new Date(0), new Date(0));
    await expect(opened.checkUnchanged()).rejects.toMatchObject({ code: 'CHECKPOINT_BROKEN' });
    await rm(path);
    await expect(opened.checkUnchanged()).rejects.toMatchObject({ code: 'CHECKPOINT_MISSING' });
    await writeFile(path, '');
  });
});
