/** The cheap preview of the last step against the picture, on the default model and on random weights. */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PreviewMessage } from '#contracts/messages.ts';
import { decodePicture } from '#io/image.ts';
import { DEFAULT_MODEL } from '../support/app.ts';
import { createTestPipeline, type TestPipeline } from '../support/pipeline.ts';

let pipeline: TestPipeline;

beforeAll(async () => {
  pipeline = await createTestPipeline();
});

afterAll(() => pipeline.close());

/** RGB means of `block`-sized squares. */
function shrink(rgb: Uint8Array, width: number, height: number, block: number): number[] {
  const [columns, rows] = [width / block, height / block];
  const out = new Array<number>(columns * rows * 3).fill(0);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (Math.floor(y / block) * columns + Math.floor(x / block)) * 3;
      for (let c = 0; c < 3; c++) out[at + c]! += rgb[(y * width + x) * 3 + c]! / block ** 2;
    }
  }
  return out;
}

function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const mean = (values: ArrayLike<number>) =>
    Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += (a[i]! - meanA) * (b[i]! - meanB);
    aa += (a[i]! - meanA) ** 2;
    bb += (b[i]! - meanB) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

describe('previews', () => {
  const prompts = ['a red apple on a light blue background', 'a fox', 'planet earth on a black background'];

  it.skipIf(!existsSync(DEFAULT_MODEL)).each(prompts)('of "%s" look like the picture', async (prompt) => {
    const request = {
      prompt,
      seed: 3,
      steps: 12,
      cfg_scale: 4,
      width: 128,
      height: 128,
      sampler_name: 'Euler',
    };
    const { messages, files } = await pipeline.paint({ checkpoint: DEFAULT_MODEL, request });
    const previews = messages.filter((message): message is PreviewMessage => message.type === 'preview');
    const last = previews.at(-1)!;
    expect(previews.length).toBeGreaterThan(1);
    expect([last.step, last.width, last.height]).toEqual([12, 16, 16]);
    const picture = await decodePicture(files[0]!);
    expect(correlation(last.rgb, shrink(picture.rgb, 128, 128, 8))).toBeGreaterThan(0.9);
  });

  it.skipIf(!existsSync(DEFAULT_MODEL))('by the full decoder are the picture itself', async () => {
    const request = {
      prompt: 'a fox',
      seed: 3,
      steps: 4,
      cfg_scale: 4,
      width: 128,
      height: 128,
      sampler_name: 'Euler',
    };
    const { messages, files } = await pipeline.paint({
      checkpoint: DEFAULT_MODEL,
      request,
      options: { show_progress_type: 'Full' },
    });
    const last = messages.filter((message): message is PreviewMessage => message.type === 'preview').at(-1)!;
    expect(Buffer.from(last.rgb).equals(Buffer.from((await decodePicture(files[0]!)).rgb))).toBe(true);
  });

  it.skipIf(!existsSync(DEFAULT_MODEL))('can be switched off', async () => {
    const request = { prompt: 'a fox', steps: 2, width: 64, height: 64, sampler_name: 'Euler' };
    const { messages } = await pipeline.paint({
      checkpoint: DEFAULT_MODEL,
      request,
      options: { live_previews_enable: false },
    });
    expect(messages.filter(({ type }) => type === 'preview')).toEqual([]);
  });
});
