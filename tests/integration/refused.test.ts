/** Bad input and bad surroundings: a clear answer, and everything goes on. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  rmdirSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_MODEL, removeDataFolder, startApp, type TestApp } from '../support/app.ts';
import { finished, paint, QUICK, submit } from '../support/client.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterAll(async () => {
  await app.stop();
  await removeDataFolder(app.dataFolder);
});

/** A small disk of our own takes the right to mount one. */
const canMount = (() => {
  const folder = mkdtempSync(join(tmpdir(), 'tapestry-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(folder);
  }
})();

/** The app still paints. */
async function stillPaints() {
  expect((await paint(app.url, { ...QUICK, steps: 1 })).state).toBe('done');
}

describe('refused, with field, value and what is accepted', () => {
  it.each([
    ['width', 0, '1 to 8192'],
    ['width', 100_000, '1 to 8192'],
    ['width', 'abc', ''],
    ['width', Number.NaN, ''],
    ['steps', 0, '1 to 1000'],
    ['steps', 1e9, '1 to 1000'],
    ['batch_size', 101, '1 to 100'],
  ])('%s %s', async (field, value, accepted) => {
    const { status, error } = await submit(app.url, { ...QUICK, [field]: value });
    expect(status).toBe(422);
    expect(error).toMatchObject({ code: 'INVALID_FIELD', field });
    expect(error!.message).toContain(Number.isNaN(value) ? 'null' : String(value));
    expect(error!.message).toContain(accepted);
  });

  it('an unknown sampler, with the nearest names', async () => {
    const { status, error } = await submit(app.url, { ...QUICK, sampler_name: 'Eular a' });
    expect(status).toBe(404);
    expect(error).toMatchObject({ code: 'UNKNOWN_SAMPLER', value: 'Eular a' });
    expect(error!.accepted).toContain('Euler a');
  });

  it('broken JSON', async () => {
    const response = await fetch(`${app.url}/api/jobs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"prompt": "a',
    });
    expect(response.status).toBe(422);
    expect(((await response.json()) as { error: object }).error).toMatchObject({ code: 'INVALID_FIELD' });
  });

  it('a body of 200 MB', async () => {
    const body = JSON.stringify({ prompt: 'a'.repeat(200_000_000) });
    const answer = await fetch(`${app.url}/api/jobs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    }).catch((error: Error) => error);
    if (answer instanceof Response) expect(answer.status).toBe(413);
    await stillPaints();
  });

  it('a foreign page that posts', async () => {
    const { status, error } = await submit(app.url, QUICK, { origin: 'http://evil.example' });
    expect(status).toBe(403);
    expect(error).toMatchObject({ code: 'FOREIGN_ORIGIN' });
  });

  it.each([
    '/api/images/..%2f..%2fconfig.json',
    '/api/images/%2e%2e%2fconfig.json',
    '/_next/..%2f..%2fpackage.json',
  ])('a path that leads out: %s', async (path) => {
    const response = await fetch(app.url + path);
    expect([400, 403, 404]).toContain(response.status);
  });
});

describe('a checkpoint', () => {
  const put = (name: string) => join(app.dataFolder, 'models', 'Stable-diffusion', name);
  const refresh = () => fetch(`${app.url}/sdapi/v1/refresh-checkpoints`, { method: 'POST' });
  const use = (name: string) => ({ ...QUICK, override_settings: { sd_model_checkpoint: name } });

  it('that is not there is refused with the nearest names', async () => {
    const { status, error } = await submit(app.url, use('tapestry-emojy'));
    expect(status).toBe(404);
    expect(error).toMatchObject({ code: 'UNKNOWN_CHECKPOINT' });
    expect(error!.accepted).toContain('tapestry-emoji');
  });

  it('that is truncated is refused, naming why', async () => {
    copyFileSync(DEFAULT_MODEL, put('truncated.safetensors'));
    truncateSync(put('truncated.safetensors'), statSync(DEFAULT_MODEL).size >> 1);
    await refresh();
    const { job, error } = await submit(app.url, use('truncated'));
    const reason = error ?? (await finished(app.url, job.id)).error;
    expect(reason).toMatchObject({ code: 'CHECKPOINT_BROKEN' });
    await stillPaints();
  });

  it('that is no checkpoint at all is refused, naming why', async () => {
    writeFileSync(
      put('lying.safetensors'),
      Buffer.concat([Buffer.from([255, 255, 255, 255, 255, 255, 0, 0]), Buffer.alloc(99)]),
    );
    await refresh();
    const { job, error } = await submit(app.url, use('lying'));
    const reason = error ?? (await finished(app.url, job.id)).error;
    expect(reason).toMatchObject({ code: 'CHECKPOINT_BROKEN' });
    await stillPaints();
  });
});

describe('an outputs folder', () => {
  it('that cannot be made fails the job, naming the folder, and the next one is painted', async () => {
    const blocked = join(app.dataFolder, 'blocked');
    writeFileSync(blocked, 'a file where a folder should be');
    const job = await paint(app.url, {
      ...QUICK,
      override_settings: { outdir_txt2img_samples: join(blocked, 'pictures') },
    });
    expect(job.state).toBe('failed');
    expect(job.error).toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
    expect(job.error!.message).toContain(blocked);
    await stillPaints();
  });

  it.skipIf(!canMount)('on a full disk fails the job, naming it, and the next one is painted', async () => {
    const folder = join(app.dataFolder, 'full');
    mkdirSync(folder);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', folder]);
    try {
      const job = await paint(app.url, { ...QUICK, override_settings: { outdir_txt2img_samples: folder } });
      expect(job.state).toBe('failed');
      expect(job.error).toMatchObject({ code: 'DISK_FULL' });
      await stillPaints();
    } finally {
      execFileSync('umount', ['-l', folder]);
    }
  });

  it('that is read-only fails the job, naming it, and the next one is painted', async () => {
    const folder = join(app.dataFolder, 'read-only');
    mkdirSync(folder);
    const undo = makeReadOnly(folder);
    try {
      const job = await paint(app.url, { ...QUICK, override_settings: { outdir_txt2img_samples: folder } });
      expect(job.state).toBe('failed');
      expect(job.error).toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
      await stillPaints();
    } finally {
      undo();
    }
  });
});

/** Rights do not stop root, so for root the folder becomes a read-only disk. Returns what undoes it. */
function makeReadOnly(folder: string): () => void {
  if (process.getuid?.() !== 0) {
    chmodSync(folder, 0o500);
    return () => chmodSync(folder, 0o700);
  }
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro,size=16k', 'tmpfs', folder]);
  return () => execFileSync('umount', ['-l', folder]);
}
