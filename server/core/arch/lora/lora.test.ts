import { beforeAll, describe, expect, it } from 'vitest';
import { goldenCases, goldenJson, goldenTensors, maxDifference } from '../../../../tests/support/golden.ts';
import { type OpenFile, openGolden } from '../../../../tests/support/tensor-file.ts';
import { applyLora, type LayerWeights } from './apply.ts';
import { referenceNames } from './layer-names.ts';
import { readLoraParams } from './load.ts';
import { matchLora } from './match.ts';
import { loraTargets, sd1TargetParts } from './targets.ts';

interface Case {
  case: string;
  files: string[];
  te: number[];
  unet: number[];
  dyn_dim: number | null;
  modules: string[];
}

const cases = goldenCases<Case>('models/lora/lora.json');
const { key_map: keyMap } = goldenJson<{ key_map: { key: string; sd1: string; sd2: string }[] }>(
  'models/lora/lora.json',
);
const merged = goldenTensors('models/lora/merged_expected.safetensors');
const parts = sd1TargetParts('model.diffusion_model', 'cond_stage_model.transformer.text_model');

let checkpoint: OpenFile;
beforeAll(async () => {
  checkpoint = await openGolden('models/sd1/sd1_full_fp16.safetensors');
});

/** The layers that the files change, each file applied to what the one before left. */
async function applyFiles({ files, te, unet, dyn_dim: dynDim }: Case): Promise<Map<string, LayerWeights>> {
  const targets = loraTargets(checkpoint.file.tensors, parts);
  const layers = new Map<string, LayerWeights>();
  for (const [i, name] of files.entries()) {
    const { file, source } = await openGolden(`models/lora/${name}.safetensors`);
    const match = matchLora(file.tensors, targets);
    expect(match.unmatched).toEqual([]);
    for (const layer of match.layers) {
      const { target } = layer;
      const before = layers.get(target.name) ?? (await readLayer(target.weight, target.bias));
      const strength = (target.part === 'text' ? te : unet)[i]!;
      const params = await readLoraParams(source, file, layer);
      layers.set(target.name, applyLora(layer.algebra, params, before, { strength, dynDim }));
    }
  }
  return layers;
}

async function readLayer(weight: string, bias: string): Promise<LayerWeights> {
  const hasBias = checkpoint.file.tensors.has(bias);
  return { weight: await checkpoint.read(weight), bias: hasBias ? await checkpoint.read(bias) : null };
}

describe('files on the Stable Diffusion 1 checkpoint', () => {
  it.each(cases)('$case', async (one) => {
    const layers = await applyFiles(one);
    expect([...layers.keys()].sort()).toEqual(one.modules);
    for (const [name, { weight, bias }] of layers) {
      const expected = merged.get(`${one.case}/${name}.weight`)!;
      expect(weight.shape).toEqual(expected.shape);
      expect(maxDifference(weight.data, expected.data), `${name}.weight`).toBeLessThan(1e-6);
      const expectedBias = merged.get(`${one.case}/${name}.bias`);
      if (expectedBias)
        expect(maxDifference(bias!.data, expectedBias.data), `${name}.bias`).toBeLessThan(1e-6);
    }
  });

  it('has an expectation for every tensor that a case changes', () => {
    const named = new Set(cases.map((one) => one.case));
    const unused = [...merged.keys()].filter(
      (key) => !named.has(key.split('/')[0]!) && !key.startsWith('unet_effect/'),
    );
    expect(unused).toEqual([]);
  });
});

describe('layer names', () => {
  it.each(keyMap)('$key', ({ key, sd1, sd2 }) => {
    expect(referenceNames(key)).toContain(sd1);
    expect(referenceNames(key)).toContain(sd2);
  });
});
