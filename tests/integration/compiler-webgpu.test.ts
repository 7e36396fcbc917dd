import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRuntime } from '../../server/engine/runtime/create-runtime.ts';
import type { CheckpointModel, Runtime } from '../../server/engine/runtime/types.ts';
import { goldenPath } from '../support/golden.ts';
import { goldenModel, unetError } from '../support/golden-unet.ts';
import { enableSwiftShader } from '../support/swiftshader.ts';

const missing = enableSwiftShader();
const golden = goldenModel('models/sd1/sd1.json', 'models/sd1/sd1_io.safetensors');

describe.skipIf(missing !== undefined)(`SD 1 on WebGPU${missing === undefined ? '' : `: ${missing}`}`, () => {
  let runtime: Runtime;
  let model: CheckpointModel;
  beforeAll(async () => {
    runtime = await createRuntime({ device: 'webgpu', threads: 1 });
    model = await runtime.open(goldenPath('models/sd1/sd1_full_fp16.safetensors'));
  }, 120_000);
  afterAll(() => runtime.close());

  it('is chosen by the probe', () => {
    expect(runtime.provider).toBe('webgpu');
    expect(runtime.notes).toEqual([]);
  });

  /** The least well conditioned case (its lowest level is one pixel) and the odd size; shaders compile for seconds. */
  it.each(['unet/case0', 'unet/case3'])('%s', async (name) => {
    expect(await unetError(model, golden, name)).toBeLessThan(golden.tolerance(name));
  });
});
