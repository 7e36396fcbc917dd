import type { ByteSource } from '#core/formats/safetensors.ts';
import { readTensorFile, type TensorFile } from '#core/formats/tensor-file.ts';
import { readTensor } from '#core/formats/tensor-view.ts';
import type { Tensor } from '#core/tensor.ts';
import { goldenBytes } from './golden.ts';

/** Bytes in memory as a file. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    readAt: async (offset, length) => bytes.subarray(offset, Math.min(bytes.length, offset + length)),
  };
}

export interface OpenFile {
  source: ByteSource;
  file: TensorFile;
  /** A tensor by name; throws where there is none. */
  read(name: string): Promise<Tensor>;
}

/** A file of `tests/golden`, its tensors read on demand. */
export function openGolden(path: string): Promise<OpenFile> {
  return openTensors(goldenBytes(path));
}

export async function openTensors(bytes: Uint8Array): Promise<OpenFile> {
  const source = bytesSource(bytes);
  const file = await readTensorFile(source);
  return {
    source,
    file,
    read(name) {
      const view = file.tensors.get(name);
      if (view === undefined) throw new Error(`no tensor ${name}`);
      return readTensor(source, view);
    },
  };
}
