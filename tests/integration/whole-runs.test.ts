/**
 * Whole text-to-image runs against the reference: tokens, text encoder, noise, schedule, sampler, guidance, VAE and
 * bytes, on a small checkpoint with random weights. The data's README gives the tolerances.
 */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composePrompts } from '#core/prompt/composition.ts';
import { schedulePrompt } from '#core/prompt/schedule.ts';
import { itemOf, type Tensor } from '#core/tensor.ts';
import { decodePicture } from '#io/image.ts';
import type { Conditioning } from '#sdk/types.ts';
import { goldenCases, goldenPixels, goldenTensors, maxAbsolute, maxDifference } from '../support/golden.ts';
import { createTestPipeline, type TestPipeline } from '../support/pipeline.ts';

interface Case {
  case: string;
  prompt: string;
  negative_prompt: string;
  seeds: number[];
  sampler: string;
  scheduler: string;
  steps: number;
  cfg_scale: number;
  width: number;
  height: number;
  options: Record<string, unknown>;
  subseeds: number[] | null;
  subseed_strength: number;
  infotext: Record<string, string>;
}

const CHECKPOINT = fileURLToPath(new URL('../golden/models/sd1/sd1_full_fp16.safetensors', import.meta.url));
const cases = goldenCases<Case>('e2e/e2e.json').filter((run) => run.case.startsWith('t'));
const tensors = goldenTensors('e2e/e2e.safetensors');
const pixels = goldenPixels('e2e/e2e.safetensors');
let pipeline: TestPipeline;

beforeAll(async () => {
  pipeline = await createTestPipeline();
});

afterAll(() => pipeline.close());

const relative = (actual: ArrayLike<number>, expected: Float32Array) =>
  maxDifference(actual, expected) / maxAbsolute(expected);

async function run(golden: Case) {
  const seen: { noise?: Tensor; latent?: Tensor; encoded: Map<string, Conditioning[]> } = {
    encoded: new Map(),
  };
  // The texts of the first schedule entry, one per part of the prompt.
  const { texts } = composePrompts([golden.prompt]);
  const firstTexts = texts.map((text) => schedulePrompt(text, { steps: golden.steps })[0]!.text);
  const painted = await pipeline.paint({
    checkpoint: CHECKPOINT,
    options: golden.options,
    request: {
      prompt: golden.prompt,
      negative_prompt: golden.negative_prompt,
      seed: golden.seeds[0]!,
      batch_size: golden.seeds.length,
      sampler_name: golden.sampler,
      scheduler: golden.scheduler,
      steps: golden.steps,
      cfg_scale: golden.cfg_scale,
      width: golden.width,
      height: golden.height,
      subseed: golden.subseeds?.[0] ?? -1,
      subseed_strength: golden.subseed_strength,
    },
    tap(hooks) {
      hooks.condition.tapPromise('see', async ({ encode }) => {
        seen.encoded.set('cond', await Promise.all(firstTexts.map(encode)));
        seen.encoded.set('uncond', [await encode(golden.negative_prompt)]);
      });
      hooks.passStart.tap('see', ({ noise }) => {
        seen.noise = noise;
      });
      hooks.latent.tap('see', ({ latent }) => {
        seen.latent = latent;
      });
    },
  });
  return { ...seen, ...painted };
}

describe('whole runs', () => {
  it.each(cases)('$case: $sampler, $scheduler', async (golden) => {
    const name = golden.case;
    const { encoded, noise, latent, files, messages } = await run(golden);
    for (const key of ['cond', 'uncond']) {
      const expected = tensors.get(`${name}/${key}`)!;
      for (const [part, { data, tokens }] of encoded.get(key)!.entries()) {
        expect(tokens).toBe(expected.shape[1]);
        expect(maxDifference(data, itemOf(expected, part).data)).toBeLessThan(1e-4);
      }
    }
    expect(maxDifference(noise!.data, tensors.get(`${name}/noise0`)!.data)).toBeLessThan(3e-6);
    expect(relative(latent!.data, tensors.get(`${name}/latent`)!.data)).toBeLessThan(2e-4);

    const expected = pixels.get(`${name}/image_u8`)!;
    const size = expected.length / files.length;
    for (const [i, file] of files.entries()) {
      const { rgb } = await decodePicture(file);
      expect(maxDifference(rgb, expected.subarray(i * size, (i + 1) * size))).toBeLessThanOrEqual(2);
    }
    const { infotext } = messages.find((message) => message.type === 'image')!;
    for (const [key, value] of Object.entries(golden.infotext))
      expect(infotext).toContain(`${key}: ${value}`);
  });

  it('paints on without the add-ons that a prompt names', async () => {
    const tagged = 'a boat <lora:style:0.8><hypernet:old:1>';
    const request = { steps: 2, width: 64, height: 64, seed: 1, cfg_scale: 4 };
    const plain = await pipeline.paint({
      checkpoint: CHECKPOINT,
      request: { ...request, prompt: 'a boat ' },
    });
    const { files, messages, done } = await pipeline.paint({
      checkpoint: CHECKPOINT,
      request: { ...request, prompt: tagged },
    });
    const pixelsOf = async (file: Buffer) => (await decodePicture(file)).rgb;
    expect(await pixelsOf(files[0]!)).toEqual(await pixelsOf(plain.files[0]!));
    expect(done.warnings).toHaveLength(2);
    expect(done.warnings[0]).toContain('<lora:style> is not applied');
    const image = messages.find((message) => message.type === 'image')!;
    expect(image.infotext.split('\n')[0]).toBe(tagged);
  });
});
