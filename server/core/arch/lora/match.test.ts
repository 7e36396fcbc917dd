import { describe, expect, it } from 'vitest';
import type { Tensor } from '#core/tensor.ts';
import { algebraOf, applyLora, misfit } from './apply.ts';
import { parseFileKey } from './file-keys.ts';
import { referenceNames } from './layer-names.ts';
import { describeUnmatched, matchLora } from './match.ts';
import { lowRankFactors } from './plain.ts';
import { planLora } from './plan.ts';
import { loraTargets, sd1TargetParts } from './targets.ts';

const shapes = (entries: Record<string, number[]>) =>
  new Map(Object.entries(entries).map(([name, shape]) => [name, { shape }]));

const ATTENTION = 'input_blocks.1.1.transformer_blocks.0';
const targets = loraTargets(
  shapes({
    [`model.diffusion_model.${ATTENTION}.attn1.to_q.weight`]: [32, 32],
    [`model.diffusion_model.${ATTENTION}.attn1.to_out.0.weight`]: [32, 32],
    [`model.diffusion_model.${ATTENTION}.attn1.to_out.0.bias`]: [32],
    [`model.diffusion_model.${ATTENTION}.attn2.to_k.weight`]: [32, 64],
    'cond_stage_model.transformer.text_model.encoder.layers.0.self_attn.q_proj.weight': [64, 64],
    'first_stage_model.decoder.conv_in.weight': [8, 4, 3, 3],
  }),
  sd1TargetParts('model.diffusion_model', 'cond_stage_model.transformer.text_model'),
);

const TO_Q = 'diffusion_model_input_blocks_1_1_transformer_blocks_0_attn1_to_q';
const TO_OUT = 'diffusion_model_input_blocks_1_1_transformer_blocks_0_attn1_to_out_0';
const TEXT = 'transformer_text_model_encoder_layers_0_self_attn_q_proj';
const DOWN_BLOCK = 'down_blocks.0.attentions.0.transformer_blocks.0';

describe('ways of naming a tensor', () => {
  it.each([
    [
      'kohya',
      'lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q.lora_up.weight',
      TO_Q,
      'lora_up.weight',
    ],
    [
      'compvis',
      `lora_unet_${ATTENTION.replaceAll('.', '_')}_attn1_to_q.lora_down.weight`,
      TO_Q,
      'lora_down.weight',
    ],
    ['kohya’s OFT', `oft_unet_${ATTENTION.replaceAll('.', '_')}_attn1_to_q.oft_blocks`, TO_Q, 'oft_blocks'],
    ['dotted compvis', `diffusion_model.${ATTENTION}.attn1.to_q.lora_A.weight`, TO_Q, 'lora_down.weight'],
    ['diffusers', `unet.${DOWN_BLOCK}.attn1.to_q.lora.up.weight`, TO_Q, 'lora_up.weight'],
    [
      'diffusers, linear layer',
      `unet.${DOWN_BLOCK}.attn1.to_out.0.lora_linear_layer.down.weight`,
      TO_OUT,
      'lora_down.weight',
    ],
    [
      'diffusers, processor',
      `unet.${DOWN_BLOCK}.attn1.processor.to_q_lora.down.weight`,
      TO_Q,
      'lora_down.weight',
    ],
    [
      'diffusers, processor without prefix',
      `${DOWN_BLOCK}.attn1.processor.to_out_lora.up.weight`,
      TO_OUT,
      'lora_up.weight',
    ],
    [
      'diffusers, text encoder',
      'text_encoder.text_model.encoder.layers.0.self_attn.q_proj.lora_linear_layer.up.weight',
      TEXT,
      'lora_up.weight',
    ],
    ['PEFT', `base_model.model.unet.${DOWN_BLOCK}.attn1.to_q.lora_B.weight`, TO_Q, 'lora_up.weight'],
    [
      'PEFT with an adapter’s name',
      `base_model.model.${DOWN_BLOCK}.attn1.to_q.lora_A.default.weight`,
      TO_Q,
      'lora_down.weight',
    ],
    ['PEFT, DoRA', `unet.${DOWN_BLOCK}.attn1.to_q.lora_magnitude_vector`, TO_Q, 'lora_magnitude_vector'],
    [
      'PEFT, text encoder alone',
      'base_model.model.text_model.encoder.layers.0.self_attn.q_proj.lora_A.weight',
      TEXT,
      'lora_down.weight',
    ],
    ['kohya, text encoder', 'lora_te_text_model_encoder_layers_0_self_attn_q_proj.alpha', TEXT, 'alpha'],
    [
      'kohya, first of two text encoders',
      'lora_te1_text_model_encoder_layers_0_self_attn_q_proj.dora_scale',
      TEXT,
      'dora_scale',
    ],
    ['(IA)³', 'lora_te_text_model_encoder_layers_0_self_attn_q_proj.weight', TEXT, 'weight'],
  ])('%s', (_, key, layer, param) => {
    const parsed = parseFileKey(key)!;
    expect(parsed.param).toBe(param);
    expect(referenceNames(parsed.layer).find((name) => targets.has(name))).toBe(layer);
  });

  it.each(['emb_params', 'model.diffusion_model.out.2', '.alpha', 'double_blocks.0.img_attn'])(
    '%s is none',
    (key) => {
      expect(parseFileKey(key)).toBeNull();
    },
  );
});

describe('a file that does not fit', () => {
  const kohya = (layer: string, outs: number, ins: number): Record<string, number[]> => ({
    [`${layer}.lora_up.weight`]: [outs, 4],
    [`${layer}.lora_down.weight`]: [4, ins],
    [`${layer}.alpha`]: [],
  });
  const block = 'lora_unet_down_blocks_0_attentions_0_transformer_blocks_0';

  it('of another family says which layers did not match, and why', () => {
    const match = matchLora(
      shapes({
        ...kohya(`${block}_attn1_to_q`, 32, 32),
        ...kohya(`${block}_attn2_to_k`, 32, 2048),
        ...kohya('lora_unet_input_blocks_8_1_transformer_blocks_9_attn1_to_q', 64, 64),
        ...kohya('lora_te2_text_model_encoder_layers_0_mlp_fc1', 64, 64),
        'some.tensor': [1],
        [`${block}_attn1_to_out_0.lora_up.weight`]: [32, 4],
      }),
      targets,
    );
    expect(match.layers.map(({ target }) => target.name)).toEqual([TO_Q]);
    expect(match.unmatched).toEqual([
      { name: 'some.tensor', reason: 'it is no parameter of a known add-on' },
      { name: `${block}_attn2_to_k`, reason: "it changes a layer of [32,2048], but the model's is [32,64]" },
      {
        name: 'lora_unet_input_blocks_8_1_transformer_blocks_9_attn1_to_q',
        reason: 'the model has no such layer',
      },
      { name: 'lora_te2_text_model_encoder_layers_0_mlp_fc1', reason: 'the model has no such layer' },
      { name: `${block}_attn1_to_out_0`, reason: 'no kind of add-on has just lora_up.weight' },
    ]);
    expect(describeUnmatched(match)).toBe(
      '5 of 6 layers do not fit: some.tensor (it is no parameter of a known add-on) and 4 more',
    );
  });

  it('says so where nothing fits, and nothing where all does', () => {
    const none = matchLora(shapes(kohya('lora_te2_text_model_encoder_layers_0_mlp_fc1', 64, 64)), targets);
    expect(describeUnmatched(none)).toMatch(/^none of its layers fit this model: lora_te2/);
    expect(describeUnmatched(matchLora(shapes(kohya(`${block}_attn1_to_q`, 32, 32)), targets))).toBeNull();
  });

  it.each<[string, Record<string, number[]>]>([
    ['factors of different ranks', { 'lora_up.weight': [32, 4], 'lora_down.weight': [8, 32] }],
    [
      'Hadamard factors of different sizes',
      { hada_w1_a: [32, 2], hada_w1_b: [2, 32], hada_w2_a: [32, 2], hada_w2_b: [2, 16] },
    ],
    ['Kronecker factors that do not multiply', { lokr_w1_a: [4, 2], lokr_w1_b: [3, 4], lokr_w2: [8, 8] }],
    ['rotations of other channels', { oft_blocks: [4, 4, 4] }],
    ['factors for other channels', { weight: [7], on_input: [] }],
    [
      'GLoRA of neither layout',
      { 'a1.weight': [3, 5], 'a2.weight': [5, 3], 'b1.weight': [3, 5], 'b2.weight': [5, 3] },
    ],
    [
      'magnitudes of another layer',
      { 'lora_up.weight': [32, 4], 'lora_down.weight': [4, 32], dora_scale: [1, 48] },
    ],
  ])('%s', (_, params) => {
    const algebra = algebraOf(new Set(Object.keys(params)))!;
    expect(misfit(algebra, new Map(Object.entries(params)), [32, 32])).toEqual(expect.any(String));
  });

  it('keeps embeddings that travel in the file apart', () => {
    const match = matchLora(shapes({ 'bundle_emb.style.string_to_param.*': [2, 64] }), targets);
    expect(match.unmatched).toEqual([]);
    expect(match.embeddings.get('style')).toEqual(
      new Map([['string_to_param.*', 'bundle_emb.style.string_to_param.*']]),
    );
  });
});

const tensor = (shape: number[], values: number[]): Tensor => ({ data: Float32Array.from(values), shape });

function apply(params: Record<string, Tensor>, weight: Tensor, strength = 1) {
  const map = new Map(Object.entries(params));
  const algebra = algebraOf(new Set(map.keys()))!;
  const paramShapes = new Map([...map].map(([name, { shape }]) => [name, shape]));
  expect(misfit(algebra, paramShapes, weight.shape)).toBeNull();
  return applyLora(algebra, map, { weight, bias: null }, { strength });
}

describe('what the reference files do not cover', () => {
  const up = tensor([2, 1], [1, 2]);
  const down = tensor([1, 2], [3, 4]);
  const weight = tensor([2, 2], [1, 0, 0, 1]);

  it('PEFT’s magnitudes are per output channel', () => {
    const changed = apply(
      { 'lora_up.weight': up, 'lora_down.weight': down, lora_magnitude_vector: tensor([2], [5, 10]) },
      weight,
    );
    const rows = [changed.weight.data.slice(0, 2), changed.weight.data.slice(2)];
    expect(rows.map((row) => Math.hypot(...row))).toEqual([expect.closeTo(5, 4), expect.closeTo(10, 4)]);
  });

  it('single elements beside a low-rank change are added before scaling', () => {
    const changed = apply(
      {
        'lora_up.weight': up,
        'lora_down.weight': down,
        alpha: tensor([], [2]),
        bias_indices: tensor([2, 2], [0, 1, 1, 0]),
        bias_values: tensor([2], [10, 20]),
        bias_size: tensor([2], [2, 2]),
      },
      weight,
      0.5,
    );
    expect([...changed.weight.data]).toEqual([1 + 3, 0 + 4 + 10, 0 + 6 + 20, 1 + 8]);
  });

  it('more input channels than the add-on knows, as inpainting models have, stay as they are', () => {
    const first = tensor([1, 9, 1, 1], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const changed = apply({ diff: tensor([1, 4, 1, 1], [1, 1, 1, 1]) }, first, 2);
    expect([...changed.weight.data]).toEqual([3, 4, 5, 6, 5, 6, 7, 8, 9]);
  });

  it('a bias comes to a layer that had none', () => {
    const changed = apply({ diff: tensor([2, 2], [0, 0, 0, 0]), diff_b: tensor([2], [4, 6]) }, weight, 0.5);
    expect(changed.bias).toEqual({ data: Float32Array.of(2, 3), shape: [2] });
  });

  it('a change of low rank can be had as its factors', () => {
    const params = new Map([
      ['lora_up.weight', tensor([2, 1, 1, 1], [1, 2])],
      ['lora_down.weight', tensor([1, 2, 1, 1], [3, 4])],
    ]);
    expect(lowRankFactors(params)).toEqual({ up, down, ranks: 1 });
    expect(lowRankFactors(new Map([...params, ['dora_scale', tensor([1, 2], [1, 1])]]))).toBeNull();
  });
});

describe('the plan of several add-ons', () => {
  const params = (layer: string) => ({
    [`${layer}.lora_up.weight`]: [64, 1],
    [`${layer}.lora_down.weight`]: [1, 64],
  });
  const text = 'lora_te_text_model_encoder_layers_0_self_attn_q_proj';
  const unet = 'lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q';
  const small = { [`${unet}.lora_up.weight`]: [32, 1], [`${unet}.lora_down.weight`]: [1, 32] };
  const match = matchLora(shapes({ ...small, ...params(text) }), targets);

  it('has a strength for each part, in the order of add-ons', () => {
    const uses = [
      { file: 'a', match, textEncoder: 0.5, unet: 0.8, dynDim: null },
      { file: 'b', match, textEncoder: 0, unet: -1, dynDim: 2 },
    ];
    const steps = planLora(uses).map(({ target, steps: all }) => [
      target.name,
      all.map(({ file, strength, dynDim }) => [file, strength, dynDim]),
    ]);
    expect(steps).toEqual([
      [
        TO_Q,
        [
          ['a', 0.8, null],
          ['b', -1, 2],
        ],
      ],
      [TEXT, [['a', 0.5, null]]],
    ]);
  });
});
