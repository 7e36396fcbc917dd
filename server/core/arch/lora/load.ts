import type { ByteSource } from '#core/formats/safetensors.ts';
import type { TensorFile } from '#core/formats/tensor-file.ts';
import { readTensor } from '#core/formats/tensor-view.ts';
import type { Tensor } from '#core/tensor.ts';
import type { LoraLayer } from './match.ts';
import type { LoraParams } from './types.ts';

/** Reads the parameters of one layer, widened to float32. Throws FormatError where the file ends too early. */
export async function readLoraParams(
  source: ByteSource,
  file: TensorFile,
  { keys }: LoraLayer,
): Promise<LoraParams> {
  const params = new Map<string, Tensor>();
  for (const [param, key] of keys) params.set(param, await readTensor(source, file.tensors.get(key)!));
  return params;
}
