import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRuntime } from '../../server/engine/runtime/create-runtime.ts';
import type { CheckpointModel, Runtime } from '../../server/engine/runtime/types.ts';
import { goldenJson, goldenPath, goldenTensors, largestDifference } from '../support/golden.ts';

interface Golden {
  cases: { case: string; max_abs_fp32_vs_fp64: number }[];
}

const golden = await goldenJson<Golden>('models/sd1/sd1.json');
const io = await goldenTensors('models/sd1/sd1_io.safetensors');

/** As the data's own README sets it: 50 times the reference's own float error, at least 1e-4. */
function tolerance(name: string): number {
  const found = golden.cases.find((entry) => entry.case === name);
  if (found === undefined) throw new Error(`no golden case ${name}`);
  return Math.max(1e-4, 50 * found.max_abs_fp32_vs_fp64);
}

/** Each load mode must give the same numbers: `lean` is what a machine short of memory gets. */
describe.each([
  { plan: 'roomy', memoryBytes: 2 ** 40 },
  { plan: 'lean', memoryBytes: 1 },
])('SD 1 on the CPU, $plan memory', ({ memoryBytes }) => {
  let runtime: Runtime;
  let model: CheckpointModel;
  beforeAll(async () => {
    runtime = await createRuntime({ device: 'cpu', threads: 1, memoryBytes });
    model = await runtime.open(goldenPath('models/sd1/sd1_full_fp16.safetensors'));
  });
  afterAll(() => runtime.close());

  it.each([0, 1, 2, 3])('unet/case%i', async (index) => {
    const name = `unet/case${index}`;
    const x = io(`${name}/x`);
    const context = io(`${name}/context`);
    const expected = io(`${name}/out`);
    const timesteps = io(`${name}/timesteps`).data;
    const [batch = 0, , height = 0, width = 0] = x.shape;
    const contextTokens = context.shape[1] ?? 0;
    for (let item = 0; item < batch; item += 1) {
      const prediction = await model.predict({
        x: itemOf(x.data, item, batch),
        height,
        width,
        timestep: timesteps[item] ?? Number.NaN,
        context: itemOf(context.data, item, batch),
        contextTokens,
      });
      expect(largestDifference(prediction, itemOf(expected.data, item, batch))).toBeLessThan(tolerance(name));
    }
  });

  it.each([0, 1])('vae/case%i encode', async (index) => {
    const image = io(`vae/case${index}/image`);
    const [, , height = 0, width = 0] = image.shape;
    const moments = await model.encode(image.data, height, width);
    const expected = io(`vae/case${index}/moments`).data;
    expect(largestDifference(moments, expected)).toBeLessThan(tolerance(`vae/case${index} encode`));
  });

  it.each([0, 1])('vae/case%i decode', async (index) => {
    const latent = io(`vae/case${index}/decode_in`);
    const [, , height = 0, width = 0] = latent.shape;
    const picture = await model.decode(latent.data, height, width);
    const expected = io(`vae/case${index}/decode_out`).data;
    expect(largestDifference(picture, expected)).toBeLessThan(tolerance(`vae/case${index} decode`));
  });

  it.each([1, 2, 3])('clip skip %i', async (skip) => {
    const tokens = io('clip/tokens');
    const [chunks = 0] = tokens.shape;
    const context = await model.encodeText(Int32Array.from(tokens.data), chunks, skip);
    expect(largestDifference(context, io(`clip/clip_skip${skip}`).data)).toBeLessThan(
      tolerance(`clip skip ${skip}`),
    );
  });
});

function itemOf(data: Float32Array, item: number, batch: number): Float32Array {
  const size = data.length / batch;
  return data.slice(item * size, (item + 1) * size);
}
