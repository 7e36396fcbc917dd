import type { CheckpointModel } from '../../server/engine/runtime/types.ts';
import { goldenJson, goldenTensors, maxDifference } from './golden.ts';

/** A reference set of one model: its JSON gives the reference's own float error, its tensors inputs and outputs. */
export interface GoldenModel {
  tensor(name: string): { data: Float32Array; shape: readonly number[] };
  /** As the data's own README sets it: 50 times the reference's own float error, at least 1e-4. */
  tolerance(caseName: string): number;
}

export function goldenModel(json: string, io: string): GoldenModel {
  const { cases } = goldenJson<{ cases: { case: string; max_abs_fp32_vs_fp64: number }[] }>(json);
  const tensors = goldenTensors(io);
  return {
    tensor(name) {
      const tensor = tensors.get(name);
      if (tensor === undefined) throw new Error(`${io} has no tensor ${name}`);
      return tensor;
    },
    tolerance(caseName) {
      const found = cases.find((entry) => entry.case === caseName);
      if (found === undefined) throw new Error(`${json} has no case ${caseName}`);
      return Math.max(1e-4, 50 * found.max_abs_fp32_vs_fp64);
    },
  };
}

/** Largest error of the model's prediction over the pictures of a UNet case. */
export async function unetError(
  model: Pick<CheckpointModel, 'predict'>,
  golden: GoldenModel,
  name: string,
): Promise<number> {
  const x = golden.tensor(`${name}/x`);
  const context = golden.tensor(`${name}/context`);
  const expected = golden.tensor(`${name}/out`);
  const timesteps = golden.tensor(`${name}/timesteps`).data;
  const [batch = 0, , height = 0, width = 0] = x.shape;
  let worst = 0;
  for (let item = 0; item < batch; item += 1) {
    const prediction = await model.predict({
      x: itemOf(x.data, item, batch),
      height,
      width,
      timestep: timesteps[item] ?? Number.NaN,
      context: itemOf(context.data, item, batch),
      contextTokens: context.shape[1] ?? 0,
    });
    worst = Math.max(worst, maxDifference(prediction, itemOf(expected.data, item, batch)));
  }
  return worst;
}

function itemOf(data: Float32Array, item: number, batch: number): Float32Array {
  const size = data.length / batch;
  return data.slice(item * size, (item + 1) * size);
}
