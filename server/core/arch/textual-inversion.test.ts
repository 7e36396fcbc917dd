import { describe, expect, it } from 'vitest';
import { goldenCases, goldenTensors, maxDifference } from '../../../tests/support/golden.ts';
import { pickle, pickledTensor } from '../../../tests/support/pickle-writer.ts';
import { openGolden, openTensors } from '../../../tests/support/tensor-file.ts';
import { zipFile } from '../../../tests/support/zip-writer.ts';
import { placeVectors, readBundledEmbedding, readTextualInversion } from './textual-inversion.ts';

interface Case {
  file: string;
  vectors: number;
  shape: number;
  step: number | null;
  sd_checkpoint: string | null;
  sd_checkpoint_name: string | null;
}

const cases = goldenCases<Case>('models/textual_inversion/textual_inversion.json');
const io = goldenTensors('models/textual_inversion/io.safetensors');

async function readGolden(name: string) {
  const { source, file } = await openGolden(`models/textual_inversion/${name}`);
  return readTextualInversion(source, file);
}

describe('files of the reference', () => {
  it.each(cases)('reads $file', async (one) => {
    const embedding = await readGolden(one.file);
    expect(embedding).toMatchObject({
      count: one.vectors,
      width: one.shape,
      step: one.step,
      checkpoint: one.sd_checkpoint,
      checkpointName: one.sd_checkpoint_name,
    });
    for (const [encoder, { data, shape }] of embedding.vectors) {
      const expected = io.get(`${one.file}/vec`) ?? io.get(`${one.file}/${encoder}`)!;
      expect(shape).toEqual(expected.shape);
      expect(maxDifference(data, expected.data)).toBe(0);
    }
  });
});

describe('the effect on token embeddings', () => {
  it.each([
    ['inside a chunk', 1, 'effect/embed_out'],
    ['cut at the end of a chunk', 74, 'effect_truncated/embed_out_offset74'],
  ])('%s', async (_, offset, key) => {
    const expected = io.get(key)!;
    const { read } = await openGolden('models/sd1/sd1_full_fp16.safetensors');
    const table = await read('cond_stage_model.transformer.text_model.embeddings.token_embedding.weight');
    const width = table.shape[1]!;
    const tokens = io.get('effect/tokens')!.data;
    const embedded = { data: new Float32Array(77 * width), shape: [77, width] };
    tokens.forEach((id, i) => {
      embedded.data.set(table.data.subarray(id * width, (id + 1) * width), i * width);
    });
    const { vectors } = await readGolden('a1111_string_to_param.pt');
    placeVectors(embedded, vectors.get('clip_l')!, offset);
    expect(maxDifference(embedded.data, expected.data)).toBe(0);
  });
});

describe('files that are no embedding', () => {
  const storage = { type: 'FloatStorage', key: '0', elements: 4 };
  const tensor = pickledTensor({ storage, first: 0, shape: [2, 2], strides: [2, 1] });
  const refuse = async (root: Buffer) => {
    const { source, file } = await openTensors(
      zipFile({ 'e/data.pkl': pickle.file(root), 'e/data/0': new Uint8Array(16) }),
    );
    return readTextualInversion(source, file);
  };

  it('names the number of words where there are several', async () => {
    const root = pickle.dict({ string_to_param: pickle.dict({ a: tensor, b: tensor }) });
    await expect(refuse(root)).rejects.toThrow(/has 2 words/);
  });

  it('names the number of tensors of another kind of file', async () => {
    await expect(refuse(pickle.dict({ a: tensor, b: tensor, c: tensor }))).rejects.toThrow(/holds 3 tensors/);
    const { source, file } = await openGolden('models/lora/kohya_linear.safetensors');
    await expect(readTextualInversion(source, file)).rejects.toThrow(/no textual inversion/);
  });
});

it('reads an embedding that travels in another file', async () => {
  const { source, file } = await openGolden('models/textual_inversion/sdxl_clip_l_clip_g.safetensors');
  const embedding = await readBundledEmbedding(source, file.tensors);
  expect(embedding).toMatchObject({ count: 2, width: 192, step: null });
  const one = await openGolden('models/textual_inversion/emb_params.safetensors');
  const renamed = new Map([['string_to_param.*', one.file.tensors.get('emb_params')!]]);
  const { vectors } = await readBundledEmbedding(one.source, renamed);
  expect(vectors.get('clip_l')!.data).toEqual(io.get('emb_params.safetensors/vec')!.data);
});
