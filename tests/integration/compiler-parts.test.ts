import { describe, expect, it } from 'vitest';
import { buildClipText, clipSkipOutput } from '../../server/core/arch/clip-text.ts';
import { buildUnet, timestepFeatures, unetShape } from '../../server/core/arch/unet.ts';
import { buildVaeDecoder } from '../../server/core/arch/vae.ts';
import type { WeightSource } from '../../server/core/graph/builder.ts';
import { PROFILES } from '../../server/core/graph/profiles.ts';
import { buildProbe, probeInput } from '../../server/engine/runtime/probe-graph.ts';
import type { PredictCall } from '../../server/engine/runtime/types.ts';
import { goldenPath, goldenTensors, maxDifference } from '../support/golden.ts';
import { goldenModel, unetError } from '../support/golden-unet.ts';
import { openWeights, runGraph } from '../support/run-graph.ts';

/** These outputs are the reference's float32 ones. */
const TOLERANCE = 1e-4;
const io = goldenTensors('models/variants/io.safetensors');
const clip = {
  prefix: 'cond_stage_model.transformer.text_model',
  headWidth: 64,
  activation: 'quick_gelu',
} as const;

function tensor(name: string) {
  const found = io.get(name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

async function encode(weights: WeightSource): Promise<Float32Array> {
  const tokens = Int32Array.from(tensor('clip/tokens').data);
  return runGraph(buildClipText(weights, clip), { tokens: { data: tokens, shape: [77] } }, clipSkipOutput(1));
}

describe('stored types', () => {
  it('float32: CLIP', async () => {
    const weights = await openWeights(goldenPath('models/variants/clip_fp32.safetensors'));
    expect(maxDifference(await encode(weights), tensor('clip/last').data)).toBeLessThan(TOLERANCE);
  });

  it('bfloat16: CLIP', async () => {
    const weights = await openWeights(goldenPath('models/variants/vae_clip_bf16.safetensors'));
    expect(maxDifference(await encode(weights), tensor('clip/last_bf16weights').data)).toBeLessThan(
      TOLERANCE,
    );
  });

  it('bfloat16: VAE decoder', async () => {
    const weights = await openWeights(goldenPath('models/variants/vae_clip_bf16.safetensors'));
    const graph = buildVaeDecoder(weights, { prefix: 'first_stage_model' });
    const picture = await runGraph(graph, { latent: tensor('vae/z') }, 'picture');
    expect(maxDifference(picture, tensor('vae/decode_bf16weights').data)).toBeLessThan(TOLERANCE);
  });
});

describe('SD 1 inpainting UNet', () => {
  const golden = goldenModel('models/sd1_inpaint/sd1_inpaint.json', 'models/sd1_inpaint/io.safetensors');
  it.each(['unet/case0', 'unet/case1'])('%s', async (name) => {
    const weights = await openWeights(goldenPath('models/sd1_inpaint/sd1_inpaint_unet_fp16.safetensors'));
    const options = { prefix: 'model.diffusion_model', heads: 8 };
    const { timeWidth, inputChannels, contextWidth } = unetShape(weights, options);
    const graph = buildUnet(weights, options, { resizeToSkip: false });
    const predict = (call: PredictCall) => {
      const feeds = {
        sample: { data: call.x, shape: [1, inputChannels, call.height, call.width] },
        time: { data: timestepFeatures(call.timestep, timeWidth), shape: [1, timeWidth] },
        context: { data: call.context, shape: [call.contextTokens, contextWidth] },
      };
      return runGraph(graph, feeds, 'prediction');
    };
    expect(inputChannels).toBe(9);
    expect(await unetError({ predict }, golden, name)).toBeLessThan(golden.tolerance(name));
  });
});

describe('lowering profiles', () => {
  it.each(Object.entries(PROFILES))('%s gives the same numbers as the CPU', async (_, profile) => {
    const feeds = { x: probeInput() };
    const expected = await runGraph(buildProbe(), feeds, 'y', PROFILES.cpu);
    const actual = await runGraph(buildProbe(), feeds, 'y', profile);
    expect(maxDifference(actual, expected)).toBeLessThan(1e-4);
  });

  it('plain attention masks what a causal encoder may not see', async () => {
    const weights = await openWeights(goldenPath('models/variants/clip_fp32.safetensors'));
    const tokens = { data: Int32Array.from(tensor('clip/tokens').data), shape: [77] };
    const context = await runGraph(
      buildClipText(weights, clip),
      { tokens },
      clipSkipOutput(1),
      PROFILES.webgpu,
    );
    expect(maxDifference(context, tensor('clip/last').data)).toBeLessThan(TOLERANCE);
  });
});
