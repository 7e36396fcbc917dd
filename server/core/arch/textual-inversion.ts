/**
 * Textual inversion (Gal et al. 2022, https://arxiv.org/abs/2208.01618): vectors that stand for a word. Files come as
 * the web UI of AUTOMATIC1111 trains them (`string_to_param`), as diffusers concepts (one tensor under the word), as
 * plain safetensors, and with one set of vectors per text encoder (`clip_l`, `clip_g`).
 */

import { FormatError } from '#core/formats/format-error.ts';
import { PickleDict, type PickleValue } from '#core/formats/pickle-values.ts';
import type { ByteSource } from '#core/formats/safetensors.ts';
import { dictOf, type TensorFile } from '#core/formats/tensor-file.ts';
import { readTensor, type TensorView } from '#core/formats/tensor-view.ts';
import { TorchTensor } from '#core/formats/torch-values.ts';
import type { Tensor } from '#core/tensor.ts';

/** `clip_l` is the only text encoder of Stable Diffusion 1 and 2 too. */
export type TextEncoderName = 'clip_l' | 'clip_g';

export interface TextualInversion {
  /** [vectors, width] for each text encoder that the file serves. */
  vectors: ReadonlyMap<TextEncoderName, Tensor>;
  /** Tokens that it takes, the same for all encoders. */
  count: number;
  /** Numbers in a vector, all encoders together: what tells the family. */
  width: number;
  /** What training left, where it did. */
  step: number | null;
  checkpoint: string | null;
  checkpointName: string | null;
}

/**
 * Reads an embedding from a tensor file, values widened to float32.
 * @throws FormatError where the file is no embedding, with the reason
 */
export async function readTextualInversion(source: ByteSource, file: TensorFile): Promise<TextualInversion> {
  const vectors = new Map<TextEncoderName, Tensor>();
  for (const [encoder, view] of findVectors(file))
    vectors.set(encoder, asRows(await readTensor(source, view)));
  const { root } = file;
  const field = (key: string) => (root instanceof PickleDict ? root.get(key) : undefined);
  return {
    ...measure(vectors),
    step: numberOrNull(field('step')),
    checkpoint: textOrNull(field('sd_checkpoint')),
    checkpointName: textOrNull(field('sd_checkpoint_name')),
  };
}

/** The embedding that travels in a LoRA file: its tensors by the names they have in an embedding of their own. */
export async function readBundledEmbedding(
  source: ByteSource,
  tensors: ReadonlyMap<string, TensorView>,
): Promise<TextualInversion> {
  const vectors = new Map<TextEncoderName, Tensor>();
  for (const [encoder, view] of vectorsByName(tensors))
    vectors.set(encoder, asRows(await readTensor(source, view)));
  return { ...measure(vectors), step: null, checkpoint: null, checkpointName: null };
}

function measure(vectors: ReadonlyMap<TextEncoderName, Tensor>) {
  const counts = new Set([...vectors.values()].map(({ shape }) => shape[0]!));
  if (counts.size !== 1) throw new FormatError(`its text encoders have ${[...counts].join(' and ')} vectors`);
  const [count] = counts as Set<number> & Iterable<number>;
  const width = [...vectors.values()].reduce((sum, { shape }) => sum + shape[1]!, 0);
  return { vectors, count: count!, width };
}

function findVectors(file: TensorFile): Map<TextEncoderName, TensorView> {
  const { root } = file;
  const trained = root instanceof PickleDict ? dictOf(root.get('string_to_param')) : null;
  if (trained === null) return vectorsByName(file.tensors);
  const tensors = [...trained.values()].filter((value: PickleValue) => value instanceof TorchTensor);
  if (tensors.length !== 1) throw new FormatError(`the embedding has ${tensors.length} words; one is read`);
  return new Map([['clip_l', file.viewOf(tensors[0]!)]]);
}

function vectorsByName(tensors: ReadonlyMap<string, TensorView>): Map<TextEncoderName, TensorView> {
  const clipL = tensors.get('clip_l');
  const clipG = tensors.get('clip_g');
  if (clipL !== undefined && clipG !== undefined) {
    return new Map([
      ['clip_l', clipL],
      ['clip_g', clipG],
    ]);
  }
  const floats = [...tensors].filter(
    ([, { dtype, shape }]) => /^B?F/.test(dtype) && shape.length <= 2 && shape.length > 0,
  );
  if (floats.length !== 1 || tensors.size > 2) {
    throw new FormatError(
      `it is no textual inversion: it holds ${tensors.size} tensors, of which one should be vectors`,
    );
  }
  return new Map([['clip_l', floats[0]![1]]]);
}

/** diffusers writes a single vector without a dimension for it. */
function asRows({ data, shape }: Tensor): Tensor {
  const [count, width] = shape.length === 1 ? [1, shape[0]!] : [shape[0]!, shape[1]!];
  if (shape.length > 2 || shape.length === 0 || count === 0 || width === 0) {
    throw new FormatError(`the embedding has vectors of the shape [${shape}]`);
  }
  return { data, shape: [count, width] };
}

function numberOrNull(value: PickleValue | undefined): number | null {
  return typeof value === 'number' ? value : null;
}

function textOrNull(value: PickleValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

/**
 * Puts an embedding's vectors over token embeddings [positions, width] before position embeddings are added, in place: vector k at position `offset + 1 + k`
 * (after the start token), as many as fit before the end of the chunk.
 */
export function placeVectors(embedded: Tensor, vectors: Tensor, offset: number): void {
  const [positions, width] = embedded.shape.slice(-2) as [number, number];
  const first = offset + 1;
  const fitting = Math.max(0, Math.min(vectors.shape[0]!, positions - first));
  embedded.data.set(vectors.data.subarray(0, fitting * width), first * width);
}
