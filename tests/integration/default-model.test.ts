/** The bundled weights, painted by this program's own compiler and sampler, against the code that trained them. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClipTokenizer } from '#core/prompt/clip-tokenizer.ts';
import { combineGuidance } from '#core/sampling/guidance.ts';
import { planSampling } from '#core/sampling/plan.ts';
import { sampleLatent } from '#core/sampling/sample-latent.ts';
import { ddim } from '#core/sampling/samplers/ddim.ts';
import { createDiffusionModel } from '#core/sampling/schedule-model.ts';
import { automatic } from '#core/sampling/schedulers/uniform.ts';
import { createRuntime } from '../../server/engine/runtime/create-runtime.ts';
import type { CheckpointModel, Runtime } from '../../server/engine/runtime/types.ts';
import { DEFAULT_MODEL } from '../support/app.ts';
import { clipVocabulary } from '../support/clip.ts';
import { goldenJson, maxDifference } from '../support/golden.ts';
import { goldenModel } from '../support/golden-unet.ts';

interface Settings {
  checkpoint_sha256: string;
  prompts: string[];
  timestep: number;
  steps: number;
  cfg_scale: number;
}

const settings = goldenJson<Settings>('default-model/golden.json');
const golden = goldenModel('default-model/golden.json', 'default-model/golden.safetensors');
const weights = readFileSync(DEFAULT_MODEL);

describe('the default model', () => {
  let runtime: Runtime;
  let model: CheckpointModel;
  beforeAll(async () => {
    runtime = await createRuntime({ device: 'cpu', threads: 1 });
    model = await runtime.open(DEFAULT_MODEL);
  });
  afterAll(() => runtime.close());

  const context = (prompt: number) => {
    const { data, shape } = golden.tensor('context');
    const size = data.length / (shape[0] ?? 1);
    return data.subarray(prompt * size, (prompt + 1) * size);
  };
  const predict = (x: Float32Array, timestep: number, prompt: number) =>
    model.predict({ x, height: 16, width: 16, timestep, context: context(prompt), contextTokens: 77 });
  const error = (actual: ArrayLike<number>, name: string) => maxDifference(actual, golden.tensor(name).data);

  it('is the file that the golden data was computed from', () => {
    expect(createHash('sha256').update(weights).digest('hex')).toBe(settings.checkpoint_sha256);
  });

  it('is at most 45 MB and carries its licences', () => {
    expect(weights.length).toBeLessThan(45e6);
    const header = weights.subarray(8, 8 + Number(weights.readBigUInt64LE(0))).toString('utf8');
    const { __metadata__: metadata } = JSON.parse(header);
    expect(metadata['tapestry.attribution']).toContain(
      'Twemoji, Copyright 2020 Twitter, Inc and other contributors',
    );
    expect(JSON.parse(metadata['tapestry.defaults']).examples).toHaveLength(20);
  });

  it('gives the prompts the same token ids', () => {
    const tokenizer = createClipTokenizer(clipVocabulary());
    const ids = golden.tensor('ids').data;
    for (const [i, prompt] of settings.prompts.entries()) {
      const tokens = tokenizer.encode(prompt);
      expect(Array.from(ids.subarray(i * 77 + 1, i * 77 + 1 + tokens.length))).toEqual(tokens);
    }
  });

  it('encodes text', async () => {
    const ids = Int32Array.from(golden.tensor('ids').data);
    const encoded = await model.encodeText(ids, settings.prompts.length, 1);
    expect(error(encoded, 'context')).toBeLessThan(golden.tolerance('context'));
  });

  it('predicts noise', async () => {
    const prediction = await predict(golden.tensor('noise').data, settings.timestep, 0);
    expect(error(prediction, 'eps500')).toBeLessThan(golden.tolerance('eps500'));
  });

  it('samples a latent with DDIM', async () => {
    const plan = planSampling({
      sampler: ddim,
      scheduler: automatic,
      steps: settings.steps,
      model: createDiffusionModel({ family: 'sd1' }),
    });
    const { data, shape } = golden.tensor('noise');
    const noise = { data, shape };
    const latent = await sampleLatent({
      plan,
      noise,
      noiseSource: { next: () => noise },
      async predict({ x, timestep }) {
        const [cond, uncond] = [await predict(x.data, timestep, 0), await predict(x.data, timestep, 2)];
        return combineGuidance({ ...x, data: uncond }, { ...x, data: cond }, settings.cfg_scale);
      },
    });
    expect(error(latent.data, 'latent')).toBeLessThan(golden.tolerance('latent'));
  });

  it('decodes the latent', async () => {
    const latent = golden.tensor('latent').data.map((value) => value / model.info.latentScale);
    const picture = await model.decode(latent, 16, 16);
    expect(error(picture, 'picture')).toBeLessThan(golden.tolerance('picture'));
  });

  it('encodes a picture without noise', async () => {
    const moments = await model.encode(golden.tensor('picture').data, 128, 128);
    const [mean, logVariance] = [moments.subarray(0, 1024), moments.subarray(1024)];
    expect(error(mean, 'encoded')).toBeLessThan(golden.tolerance('encoded'));
    expect(logVariance.every((value) => value === -30)).toBe(true);
  });
});
