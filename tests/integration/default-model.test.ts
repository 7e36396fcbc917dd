import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSafetensorsHeader } from '../../server/core/formats/safetensors.ts';
import { createRuntime } from '../../server/engine/runtime/create-runtime.ts';
import type { CheckpointModel, Runtime } from '../../server/engine/runtime/types.ts';
import { goldenBytes, goldenTensors, maxDifference } from '../support/golden.ts';

const CHECKPOINT = fileURLToPath(
  new URL('../../models/Stable-diffusion/tapestry-emoji.safetensors', import.meta.url),
);
const GOLDEN = 'default-model/golden.safetensors';
/** The reference was computed in float32 from the same float16 weights. */
const TOLERANCE = 1e-4;
const present = existsSync(CHECKPOINT);

describe.skipIf(!present)(`the default model${present ? '' : `: no ${CHECKPOINT}`}`, () => {
  const tensors = goldenTensors(GOLDEN);
  const golden = (name: string): Float32Array => {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw new Error(`no ${name}`);
    return tensor.data;
  };
  let runtime: Runtime;
  let model: CheckpointModel;
  beforeAll(async () => {
    runtime = await createRuntime({ device: 'cpu', threads: 1 });
    model = await runtime.open(CHECKPOINT);
  });
  afterAll(() => runtime.close());

  it('is the one that the reference was computed with', async () => {
    const bytes = goldenBytes(GOLDEN);
    const { metadata } = await readSafetensorsHeader({
      size: bytes.length,
      readAt: async (offset, length) => bytes.subarray(offset, offset + length),
    });
    const digest = createHash('sha256').update(readFileSync(CHECKPOINT)).digest('hex');
    expect(digest).toBe(metadata.checkpoint_sha256);
  });

  it('says what it is', () => {
    expect(model.info).toMatchObject({
      family: 'sd1',
      prediction: 'epsilon',
      nativeWidth: 128,
      nativeHeight: 128,
    });
  });

  it('encodes a prompt', async () => {
    const context = await model.encodeText(Int32Array.from(golden('tokens')), 1, 1);
    expect(maxDifference(context, golden('context'))).toBeLessThan(TOLERANCE);
  });

  it('predicts at timestep 500', async () => {
    const prediction = await model.predict({
      x: golden('noise'),
      height: 16,
      width: 16,
      timestep: 500,
      context: golden('context'),
      contextTokens: 77,
    });
    expect(maxDifference(prediction, golden('eps500'))).toBeLessThan(TOLERANCE);
  });

  it('decodes a latent', async () => {
    const latent = golden('latent').map((value) => value / model.info.latentScale);
    expect(maxDifference(await model.decode(latent, 16, 16), golden('picture'))).toBeLessThan(TOLERANCE);
  });

  it('encodes a picture', async () => {
    const picture = golden('picture').map((value) => Math.min(1, Math.max(-1, value)));
    const moments = await model.encode(picture, 128, 128);
    const half = moments.length / 2;
    expect(maxDifference(moments.subarray(0, half), golden('encoded_mean'))).toBeLessThan(TOLERANCE);
    expect(maxDifference(moments.subarray(half), golden('encoded_logvar'))).toBeLessThan(TOLERANCE);
  });
});
