import type { SafetensorsHeader } from '#core/formats/safetensors.ts';
import type { CheckpointVariant, Family, FamilyMatch } from './family.ts';
import { identifyKind } from './kinds.ts';
import { nativeSize } from './native-size.ts';

/** What names and shapes do not tell about Stable Diffusion 1 (v1-inference.yaml of CompVis/stable-diffusion). */
const UNET_PREFIX = 'model.diffusion_model';
const UNET_HEADS = 8;
const VAE_PREFIX = 'first_stage_model';
/** The second is how files converted by early tools name it. */
const TEXT_PREFIXES = ['cond_stage_model.transformer.text_model', 'cond_stage_model.transformer'];
const TEXT_HEAD_WIDTH = 64;
const LATENT_SCALE = 0.18215;
const NATIVE_SIDE = 512;

/** Input channels of the UNet → variant. */
const VARIANTS: Readonly<Record<number, CheckpointVariant>> = {
  4: 'txt2img',
  8: 'instruct-pix2pix',
  9: 'inpainting',
};

export const sd1: Family = { id: 'sd1', label: 'Stable Diffusion 1', detect };

function detect(header: SafetensorsHeader): { match: FamilyMatch } | { reason: string } {
  const kind = identifyKind(header);
  if (kind.id !== 'sd1') return { reason: kind.says };
  const { tensors } = header;
  const inputConv = tensors.get(`${UNET_PREFIX}.input_blocks.0.0.weight`);
  if (inputConv === undefined) return { reason: `${kind.says}; only single-file checkpoints are read` };

  const textPrefix = TEXT_PREFIXES.find((prefix) =>
    tensors.has(`${prefix}.embeddings.token_embedding.weight`),
  );
  if (textPrefix === undefined) return { reason: 'the checkpoint has no CLIP text encoder' };
  for (const part of ['decoder', 'encoder']) {
    if (!tensors.has(`${VAE_PREFIX}.${part}.conv_in.weight`))
      return { reason: `the checkpoint has no VAE ${part}` };
  }
  const inputChannels = inputConv.shape[1] ?? 0;
  const variant = VARIANTS[inputChannels];
  if (variant === undefined) {
    return {
      reason: `its UNet takes ${inputChannels} channels; known are ${Object.keys(VARIANTS).join(', ')}`,
    };
  }
  const { width, height } = nativeSize(header.metadata) ?? { width: NATIVE_SIDE, height: NATIVE_SIDE };
  return {
    match: {
      family: 'sd1',
      variant,
      prediction: predictsVelocity(header) ? 'v' : 'epsilon',
      latentScale: LATENT_SCALE,
      nativeWidth: width,
      nativeHeight: height,
      text: { prefix: textPrefix, headWidth: TEXT_HEAD_WIDTH, activation: 'quick_gelu' },
      unet: { prefix: UNET_PREFIX, heads: UNET_HEADS },
      vae: { prefix: VAE_PREFIX },
    },
  };
}

/** Said by metadata (modelspec) or by the marker tensor that trainers leave. */
function predictsVelocity({ metadata, tensors }: SafetensorsHeader): boolean {
  return /^v/.test(metadata['modelspec.prediction_type'] ?? '') || tensors.has('v_pred');
}
