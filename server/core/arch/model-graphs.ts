import type { SafetensorsHeader } from '#core/formats/safetensors.ts';
import { type Graph, GraphError } from '#core/graph/types.ts';
import { buildClipText, clipTextShape } from './clip-text.ts';
import type { FamilyMatch } from './family.ts';
import { buildUnet, type UnetVariant, unetShape } from './unet.ts';
import { buildVaeDecoder, buildVaeEncoder, vaeShape } from './vae.ts';
import { weightSource } from './weights.ts';

/** What is known of a model once its shapes were read. */
export interface ModelShape {
  latentChannels: number;
  /** Channels that the UNet takes: the latent's and, for inpainting and editing models, more. */
  inputChannels: number;
  downscale: number;
  contextWidth: number;
  /** Channels of the feature maps at full size: what working memory grows with. */
  unetChannels: number;
  vaeChannels: number;
  /** Numbers that stand for a timestep, see timestepFeatures. */
  timeWidth: number;
  textLayers: number;
  /** Tokens in a chunk, start and end included. */
  textPositions: number;
  vocabulary: number;
  /** Latent sides that are multiples of this need no fitting inside the UNet. */
  sideMultiple: number;
}

export interface ModelGraphs {
  readonly shape: ModelShape;
  textEncoder(): Graph;
  unet(variant: UnetVariant): Graph;
  vaeDecoder(): Graph;
  vaeEncoder(): Graph;
}

/** The graphs of a recognised checkpoint. Throws GraphError when tensors are missing or do not fit each other. */
export function createModelGraphs(header: SafetensorsHeader, file: string, match: FamilyMatch): ModelGraphs {
  const weights = weightSource(header, file);
  const text = clipTextShape(weights, match.text);
  const unet = unetShape(weights, match.unet);
  const vae = vaeShape(weights, match.vae);
  if (text.width !== unet.contextWidth) {
    throw new GraphError(
      `the text encoder gives ${text.width} numbers a token, but the UNet takes ${unet.contextWidth}`,
    );
  }
  if (unet.outputChannels !== vae.latentChannels) {
    throw new GraphError(
      `the UNet predicts ${unet.outputChannels} latent channels, but the VAE has ${vae.latentChannels}`,
    );
  }
  return {
    shape: {
      latentChannels: vae.latentChannels,
      inputChannels: unet.inputChannels,
      downscale: vae.downscale,
      contextWidth: text.width,
      unetChannels: unet.channels,
      vaeChannels: vae.channels,
      timeWidth: unet.timeWidth,
      textLayers: text.layers,
      textPositions: text.positions,
      vocabulary: text.vocabulary,
      sideMultiple: unet.sideMultiple,
    },
    textEncoder: () => buildClipText(weights, match.text),
    unet: (variant) => buildUnet(weights, match.unet, variant),
    vaeDecoder: () => buildVaeDecoder(weights, match.vae),
    vaeEncoder: () => buildVaeEncoder(weights, match.vae),
  };
}
