import { beforeAll, describe, expect, it } from 'vitest';
import { goldenCases, goldenJson, goldenTensors, maxDifference } from '../../../../tests/support/golden.ts';
import { type OpenFile, openGolden } from '../../../../tests/support/tensor-file.ts';
import { applyLora, type LayerWeights } from './apply.ts';
import { referenceNames } from './layer-names.ts';
import { readLoraParams } from './load.ts';
import { matchLora } from './match.ts';
import { type LoraUse, planLora } from './plan.ts';
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
  const uses: LoraUse<OpenFile>[] = [];
  for (const [i, name] of files.entries()) {
    const opened = await openGolden(`models/lora/${name}.safetensors`);
    const match = matchLora(opened.file.tensors, targets);
    expect(match.unmatched).toEqual([]);
    uses.push({ file: opened, match, textEncoder: te[i]!, unet: unet[i]!, dynDim });
  }
  const layers = new Map<string, LayerWeights>();
  for (const { target, steps } of planLora(uses)) {
    let weights = await readLayer(target.weight, target.bias);
    for (const { file: opened, layer, strength } of steps) {
      const params = await readLoraParams(opened.source, opened.file, layer);
      weights = applyLora(layer.algebra, params, weights, { strength, dynDim });
    }
    layers.set(target.name, weights);
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
