import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRuntime } from '../../server/engine/runtime/create-runtime.ts';
import type { CheckpointModel, Runtime } from '../../server/engine/runtime/types.ts';
import { goldenPath, maxDifference } from '../support/golden.ts';
import { goldenModel, unetError } from '../support/golden-unet.ts';

const golden = goldenModel('models/sd1/sd1.json', 'models/sd1/sd1_io.safetensors');

/** Weights are handled in another way when a model is large; the numbers must be the same. */
describe.each([
  { plan: 'loaded for speed', settings: { smallPartElements: 2 ** 40, memoryBytes: 2 ** 40 } },
  { plan: 'loaded for memory', settings: { smallPartElements: 0, memoryBytes: 0 } },
])('SD 1 on the CPU, $plan', ({ settings }) => {
  let runtime: Runtime;
  let model: CheckpointModel;
  beforeAll(async () => {
    runtime = await createRuntime({ device: 'cpu', threads: 1, ...settings });
    model = await runtime.open(goldenPath('models/sd1/sd1_full_fp16.safetensors'));
  });
  afterAll(() => runtime.close());

  it.each(['unet/case0', 'unet/case1', 'unet/case2', 'unet/case3'])('%s', async (name) => {
    expect(await unetError(model, golden, name)).toBeLessThan(golden.tolerance(name));
  });

  it.each(['vae/case0', 'vae/case1'])('%s encode', async (name) => {
    const image = golden.tensor(`${name}/image`);
    const [, , height = 0, width = 0] = image.shape;
    const moments = await model.encode(image.data, height, width);
    const error = maxDifference(moments, golden.tensor(`${name}/moments`).data);
    expect(error).toBeLessThan(golden.tolerance(`${name} encode`));
  });

  it.each(['vae/case0', 'vae/case1'])('%s decode', async (name) => {
    const latent = golden.tensor(`${name}/decode_in`);
    const [, , height = 0, width = 0] = latent.shape;
    const picture = await model.decode(latent.data, height, width);
    const error = maxDifference(picture, golden.tensor(`${name}/decode_out`).data);
    expect(error).toBeLessThan(golden.tolerance(`${name} decode`));
  });

  it.each([1, 2, 3])('clip skip %i', async (skip) => {
    const tokens = golden.tensor('clip/tokens');
    const [chunks = 0] = tokens.shape;
    const context = await model.encodeText(Int32Array.from(tokens.data), chunks, skip);
    const error = maxDifference(context, golden.tensor(`clip/clip_skip${skip}`).data);
    expect(error).toBeLessThan(golden.tolerance(`clip skip ${skip}`));
  });
});

describe('SD 1 sizes', () => {
  let runtime: Runtime;
  let model: CheckpointModel;
  beforeAll(async () => {
    runtime = await createRuntime({ device: 'cpu', threads: 1 });
    model = await runtime.open(goldenPath('models/sd1/sd1_full_fp16.safetensors'));
  });
  afterAll(() => runtime.close());

  it.each([
    [1, 1],
    [1, 8],
    [3, 5],
    [7, 16],
  ])('a latent of %i×%i is predicted and decoded', async (height, width) => {
    const x = new Float32Array(4 * height * width).fill(0.5);
    const context = new Float32Array(77 * model.info.contextWidth).fill(0.1);
    const prediction = await model.predict({ x, height, width, timestep: 500, context, contextTokens: 77 });
    expect(prediction).toHaveLength(4 * height * width);
    expect(prediction.every(Number.isFinite)).toBe(true);
    const picture = await model.decode(x, height, width);
    expect(picture).toHaveLength(3 * height * 8 * width * 8);
    expect(picture.every(Number.isFinite)).toBe(true);
  });

  it('refuses a size that no machine has the memory for, before it starts', async () => {
    const side = 8_000;
    const call = model.decode(new Float32Array(4 * side * side), side, side);
    await expect(call).rejects.toMatchObject({
      code: 'OUT_OF_MEMORY',
      message: expect.stringContaining('64000×64000'),
    });
  });

  it('gives the same bytes for the same call, whatever ran before', async () => {
    const context = new Float32Array(77 * model.info.contextWidth).fill(0.1);
    const call = (size: number) => {
      const x = Float32Array.from({ length: 4 * size * size }, (_, index) => Math.sin(index));
      return model.predict({ x, height: size, width: size, timestep: 12.5, context, contextTokens: 77 });
    };
    const first = await call(8);
    await call(9);
    expect(await call(8)).toEqual(first);
  });

  it.each([
    ['x', { x: new Float32Array(7) }],
    ['x', { x: new Float32Array(0), height: 0 }],
    ['context', { context: new Float32Array(5) }],
  ])('refuses a wrong %s by name', async (field, wrong) => {
    const context = new Float32Array(77 * model.info.contextWidth);
    const call = { x: new Float32Array(256), height: 8, width: 8, timestep: 1, context, contextTokens: 77 };
    await expect(model.predict({ ...call, ...wrong })).rejects.toMatchObject({
      code: 'INVALID_FIELD',
      params: { field },
    });
  });

  it.each([
    ['tokens', new Int32Array(76), 1],
    ['tokens', new Int32Array(77).fill(49408), 1],
    ['clipSkip', new Int32Array(77), 4],
    ['clipSkip', new Int32Array(77), 0],
  ])('refuses a wrong %s by name', async (field, tokens, clipSkip) => {
    await expect(model.encodeText(tokens, 1, clipSkip)).rejects.toMatchObject({
      code: 'INVALID_FIELD',
      params: { field },
    });
  });
});
