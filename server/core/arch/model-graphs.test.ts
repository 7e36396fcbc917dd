import { describe, expect, it } from 'vitest';
import { goldenHeader } from '../../../tests/support/golden-headers.ts';
import type { SafetensorsHeader, SafetensorsTensor } from '../formats/safetensors.ts';
import { compile } from '../graph/compile.ts';
import { PROFILES } from '../graph/profiles.ts';
import type { Graph } from '../graph/types.ts';
import { detect } from './detect.ts';
import { createModelGraphs, type ModelGraphs } from './model-graphs.ts';
import { timestepFeatures } from './unet.ts';

function graphsOf(header: SafetensorsHeader): ModelGraphs {
  const detection = detect(header);
  if (!('match' in detection)) throw new Error('not recognised');
  return createModelGraphs(header, 'file', detection.match);
}

/** How often each op occurs. */
function opCounts(graph: Graph): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { op } of graph.nodes) counts[op] = (counts[op] ?? 0) + 1;
  return counts;
}

function weightNames(graph: Graph): Set<string> {
  const files = [...graph.initialisers.values()].filter(({ data }) => !(data instanceof Uint8Array));
  return new Set(files.map(({ name }) => name.replace(/:.*$/, '')));
}

function changed(
  header: SafetensorsHeader,
  name: string,
  change: Partial<SafetensorsTensor> | undefined,
): SafetensorsHeader {
  const tensors = new Map(header.tensors);
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`no ${name}`);
  if (change === undefined) tensors.delete(name);
  else tensors.set(name, { ...tensor, ...change });
  return { ...header, tensors };
}

const sd15 = goldenHeader('sd15_pruned_emaonly_fp32.json');

describe('graphs of SD 1.5', () => {
  const graphs = graphsOf(sd15);

  it('has the shape that its paper and configuration say', () => {
    expect(graphs.shape).toEqual({
      latentChannels: 4,
      inputChannels: 4,
      downscale: 8,
      contextWidth: 768,
      unetChannels: 320,
      vaeChannels: 128,
      timeWidth: 320,
      textLayers: 12,
      textPositions: 77,
      vocabulary: 49408,
      sideMultiple: 8,
    });
  });

  it('uses every weight of the file that belongs to a part, and no other', () => {
    const all = [
      graphs.textEncoder(),
      graphs.unet({ resizeToSkip: false }),
      graphs.vaeDecoder(),
      graphs.vaeEncoder(),
    ];
    const used = new Set(all.flatMap((graph) => [...weightNames(graph)]));
    const parts = /^(model\.diffusion_model|first_stage_model|cond_stage_model)\./;
    const expected = [...sd15.tensors.keys()].filter(
      (name) => parts.test(name) && !name.endsWith('position_ids'),
    );
    expect([...used].sort()).toEqual(expected.sort());
  });

  it('has one op for each layer of the UNet', () => {
    const counts = opCounts(graphs.unet({ resizeToSkip: false }));
    // 22 resnets with 2 convolutions, 14 of them with a shortcut; 3 halvings, 3 doublings, first and last.
    expect(counts.Conv).toBe(22 * 2 + 14 + 3 + 3 + 2);
    // 16 transformers of two attentions.
    expect(counts.Attention).toBe(32);
    expect(counts.GroupNorm).toBe(22 * 2 + 16 + 1);
    expect(counts.LayerNormalization).toBe(16 * 3);
    expect(counts.Resize).toBe(3);
    expect(counts.Concat).toBe(12);
  });

  it('fits what comes up to its skip in the variant for odd sizes', () => {
    expect(opCounts(graphs.unet({ resizeToSkip: true })).Resize).toBe(3 + 12);
  });

  it.each(['textEncoder', 'vaeDecoder', 'vaeEncoder'] as const)('%s compiles for every provider', (part) => {
    for (const profile of Object.values(PROFILES))
      expect(() => compile(graphs[part](), profile)).not.toThrow();
  });

  it('casts each narrow weight once, and no wide one', () => {
    const narrow = graphsOf(goldenHeader('sd15_pruned_fp16_civitai.json')).unet({ resizeToSkip: false });
    const { initialisers } = compile(narrow, PROFILES.cpu);
    const stored = [...initialisers.values()].filter(({ type }) => type === 'float16').length;
    expect(opCounts(compile(narrow, PROFILES.cpu)).Cast).toBe(stored);
    expect(opCounts(compile(graphs.unet({ resizeToSkip: false }), PROFILES.cpu)).Cast).toBeUndefined();
  });

  it('takes the channels of an inpainting UNet from its shape', () => {
    const { shape } = graphsOf(goldenHeader('sd15_inpainting_fp32.json'));
    expect(shape).toMatchObject({ inputChannels: 9, latentChannels: 4 });
  });
});

describe('a checkpoint that does not hold together', () => {
  const unet = 'model.diffusion_model';
  const build = (header: SafetensorsHeader) => graphsOf(header).unet({ resizeToSkip: false });

  it('names a tensor that is missing', () => {
    const name = `${unet}.input_blocks.4.0.out_layers.3.bias`;
    expect(() => build(changed(sd15, name, undefined))).toThrow(`the tensor ${name} is missing`);
  });

  it.each([
    [
      `${unet}.input_blocks.4.0.in_layers.2.weight`,
      [640, 321, 3, 3],
      /in_layers\.2\.weight takes 321 .* 320 arrive/,
    ],
    [`${unet}.middle_block.1.norm.weight`, [640], /norm\.weight takes 640 channels, but 1280 arrive/],
    [`${unet}.output_blocks.5.0.in_layers.0.weight`, [7], /takes 7 channels/],
  ])('names %s when it does not fit', (name, shape, reason) => {
    expect(() => build(changed(sd15, name, { shape }))).toThrow(reason);
  });

  it('compares the parts with each other', () => {
    const embedding = 'cond_stage_model.transformer.text_model.embeddings.token_embedding.weight';
    expect(() => graphsOf(changed(sd15, embedding, { shape: [49408, 512] }))).toThrow(
      /gives 512 .* takes 768/,
    );
    const quant = 'first_stage_model.post_quant_conv.weight';
    expect(() => graphsOf(changed(sd15, quant, { shape: [16, 16, 1, 1] }))).toThrow(/predicts 4 .* has 16/);
  });

  it('refuses weights of a type that nothing computes in', () => {
    const name = `${unet}.out.2.weight`;
    expect(() => build(changed(sd15, name, { dtype: 'F8_E4M3' }))).toThrow(
      /stored as F8_E4M3; weights can be/,
    );
  });
});

describe('timestepFeatures', () => {
  it('has cosines, then sines, of the timestep at falling frequencies', () => {
    const features = timestepFeatures(250.5, 320);
    expect(features).toHaveLength(320);
    expect(features[0]).toBeCloseTo(Math.cos(250.5), 6);
    expect(features[160]).toBeCloseTo(Math.sin(250.5), 6);
    expect(features[159]).toBeCloseTo(Math.cos(250.5 * 10_000 ** (-159 / 160)), 6);
  });

  it('stands still at timestep 0', () => {
    expect([...timestepFeatures(0, 4)]).toEqual([1, 1, 0, 0]);
  });
});
