/** Whole pictures through the real app, engine and default model. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPngText } from '#core/formats/png-text.ts';
import { parseGenerationParameters } from '#core/prompt/generation-parameters.ts';
import { removeDataFolder, startApp, type TestApp } from '../support/app.ts';
import { act, atStep, finished, imageBytes, paint, QUICK, submit } from '../support/client.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterAll(async () => {
  expect(await app.stop()).toBe(0);
  await removeDataFolder(app.dataFolder);
});

const savedFiles = () => {
  const root = join(app.dataFolder, 'outputs', 'txt2img-images');
  return existsSync(root)
    ? readdirSync(root, { recursive: true }).filter((name) => String(name).endsWith('.png'))
    : [];
};

describe('a picture', () => {
  it('lies in outputs, with its settings in it', async () => {
    const job = await paint(app.url, { ...QUICK, negative_prompt: 'blurry' });
    expect(job.state).toBe('done');
    const [image] = job.images;
    expect(image!.file).toMatch(/^outputs\/txt2img-images\/\d{4}-\d\d-\d\d\/\d{5}-7\.png$/);
    const onDisk = readFileSync(join(app.dataFolder, image!.file!));
    expect(onDisk.equals(await imageBytes(app.url, job))).toBe(true);
    const infotext = readPngText(onDisk).get('parameters');
    expect(infotext).toBe(image!.infotext);
    expect(parseGenerationParameters(infotext!)).toMatchObject({
      Prompt: 'a red apple',
      'Negative prompt': 'blurry',
      Steps: '4',
      Sampler: 'Euler a',
      'Schedule type': 'Automatic',
      'CFG scale': '3',
      Seed: '7',
      'Size-1': '128',
      'Size-2': '128',
      Model: 'tapestry-emoji',
    });
  });

  it('is the same, byte for byte, twice, alone and in a batch', async () => {
    const alone = await paint(app.url, { ...QUICK, seed: 8 });
    const again = await paint(app.url, { ...QUICK, seed: 8 });
    const batch = await paint(app.url, { ...QUICK, seed: 7, batch_size: 2, n_iter: 2 });
    expect(batch.images.map((image) => image.seed)).toEqual([7, 8, 9, 10]);
    const bytes = await imageBytes(app.url, alone);
    expect((await imageBytes(app.url, again)).equals(bytes)).toBe(true);
    expect((await imageBytes(app.url, batch, 1)).equals(bytes)).toBe(true);
    expect((await imageBytes(app.url, batch, 0)).equals(bytes)).toBe(false);
  });

  it('takes the low 32 bits of a seed, as torch does', async () => {
    const low = await paint(app.url, { ...QUICK, seed: 5 });
    const high = await paint(app.url, { ...QUICK, seed: 2 ** 32 + 5 });
    expect(high.images[0]!.seed).toBe(2 ** 32 + 5);
    const pixels = async (job: typeof low) => (await imageBytes(app.url, job)).subarray(-4000);
    expect((await pixels(high)).equals(await pixels(low))).toBe(true);
  });

  it.each([
    ['an empty prompt', { prompt: '' }, [128, 128]],
    ['10,000 tokens', { prompt: 'apple '.repeat(10_000) }, [128, 128]],
    ['seed -1', { seed: -1 }, [128, 128]],
    ['width 63', { width: 63 }, [56, 128]],
    ['width 1', { width: 1, height: 24 }, [8, 24]],
    ['CFG 1', { cfg_scale: 1 }, [128, 128]],
    ['one step', { steps: 1 }, [128, 128]],
    ['emoji and brackets', { prompt: '((🦊 [fox:1.2) \ud800' }, [128, 128]],
    ['DDIM', { sampler_name: 'DDIM' }, [128, 128]],
    ['DPM++ 2M Karras', { sampler_name: 'DPM++ 2M', scheduler: 'Karras' }, [128, 128]],
  ])('is painted with %s', async (_, change, size) => {
    const job = await paint(app.url, { ...QUICK, steps: 2, ...change });
    expect(job).toMatchObject({ state: 'done', error: null });
    expect([job.images[0]!.width, job.images[0]!.height]).toEqual(size);
    expect(job.images[0]!.seed).toBeGreaterThanOrEqual(0);
  });

  it('is not changed by Safe Latent Diffusion at scale 0, and is by a strong one', async () => {
    const sld = (values: object) => ({
      extensions: { 'safe-latent-diffusion': { enabled: true, ...values } },
    });
    const plain = await paint(app.url, { ...QUICK, steps: 6 });
    const zero = await paint(app.url, {
      ...QUICK,
      steps: 6,
      ...sld({ preset: 'custom', guidance_scale: 0 }),
    });
    const strong = await paint(app.url, {
      ...QUICK,
      steps: 6,
      ...sld({ preset: 'max' }),
    });
    const pixels = async (job: typeof plain) => (await imageBytes(app.url, job)).subarray(-4000);
    expect((await pixels(zero)).equals(await pixels(plain))).toBe(true);
    expect((await pixels(strong)).equals(await pixels(plain))).toBe(false);
    expect(strong.images[0]!.infotext).toContain('SLD preset: max');
  });
});

describe('a running job', () => {
  const long = { ...QUICK, steps: 400 };

  it('gives what is there when interrupted', async () => {
    const { job } = await submit(app.url, long);
    await atStep(app.url, job.id, 3);
    await act(app.url, job.id, 'interrupt');
    const done = await finished(app.url, job.id);
    expect(done.state).toBe('done');
    expect(done.images).toHaveLength(1);
    expect(existsSync(join(app.dataFolder, done.images[0]!.file!))).toBe(true);
  });

  it('goes on with the next batch when skipped', async () => {
    const { job } = await submit(app.url, { ...long, n_iter: 2, steps: 300 });
    await atStep(app.url, job.id, 3);
    await act(app.url, job.id, 'skip');
    const done = await finished(app.url, job.id, 100_000);
    expect(done.state).toBe('done');
    expect(done.images.map((image) => image.seed)).toEqual([7, 8]);
  });

  it('is dropped when cancelled, with no picture', async () => {
    const before = savedFiles().length;
    const { job } = await submit(app.url, long);
    await atStep(app.url, job.id, 3);
    await act(app.url, job.id, 'cancel');
    const done = await finished(app.url, job.id);
    expect(done.state).toBe('cancelled');
    expect(done.images).toEqual([]);
    expect(savedFiles()).toHaveLength(before);
  });

  it('does not hold up the cancelling of one that waits', async () => {
    const first = await submit(app.url, long);
    const second = await submit(app.url, long);
    await act(app.url, second.job.id, 'cancel');
    expect((await finished(app.url, second.job.id)).state).toBe('cancelled');
    await act(app.url, first.job.id, 'cancel');
    expect((await finished(app.url, first.job.id)).state).toBe('cancelled');
  });
});
