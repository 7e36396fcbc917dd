import { basename, dirname } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { weightSource } from '../../server/core/arch/weights.ts';
import { readSafetensorsHeader } from '../../server/core/formats/safetensors.ts';
import type { WeightSource } from '../../server/core/graph/builder.ts';
import { compile } from '../../server/core/graph/compile.ts';
import { type LoweringProfile, PROFILES } from '../../server/core/graph/profiles.ts';
import { serialise } from '../../server/core/graph/serialise.ts';
import type { Graph } from '../../server/core/graph/types.ts';
import { withFile } from '../../server/engine/runtime/file-source.ts';

/** Weights of a file that is only a part of a checkpoint, which the runtime would refuse. */
export function openWeights(path: string): Promise<WeightSource> {
  return withFile(path, async (source, realPath) =>
    weightSource(await readSafetensorsHeader(source), realPath),
  );
}

/** Runs a graph once on the CPU, lowered as `profile` says. Files of its weights lie in one folder. */
export async function runGraph(
  graph: Graph,
  feeds: Record<string, { data: Float32Array | Int32Array; shape: readonly number[] }>,
  output: string,
  profile: LoweringProfile = PROFILES.cpu,
): Promise<Float32Array> {
  const file = [...graph.initialisers.values()]
    .map(({ data }) => ('file' in data ? data.file : ''))
    .find(Boolean);
  const session = await InferenceSession.create(serialise(compile(graph, profile), basename), {
    intraOpNumThreads: 1,
    extra: { session: { model_external_initializers_file_folder_path: dirname(file ?? '/') } },
  });
  const tensors = Object.entries(feeds).map(([name, { data, shape }]) => {
    const type = data instanceof Float32Array ? 'float32' : 'int32';
    return [name, new Tensor(type, data, [...shape])] as const;
  });
  const results = await session.run(Object.fromEntries(tensors));
  await session.release();
  return results[output]?.data as Float32Array;
}
