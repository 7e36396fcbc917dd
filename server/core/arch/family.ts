import type { SafetensorsHeader } from '#core/formats/safetensors.ts';
import type { ClipTextOptions } from './clip-text.ts';
import type { UnetOptions } from './unet.ts';
import type { VaeOptions } from './vae.ts';

/** What a UNet takes beside the latent: nothing, a mask and a masked picture, or a picture to edit. */
export type CheckpointVariant = 'txt2img' | 'inpainting' | 'instruct-pix2pix';

/** A checkpoint that is recognised: all that the builders need and the header does not say by itself. */
export interface FamilyMatch {
  family: string;
  variant: CheckpointVariant;
  prediction: 'epsilon' | 'v';
  latentScale: number;
  nativeWidth: number;
  nativeHeight: number;
  text: ClipTextOptions;
  unet: UnetOptions;
  vae: VaeOptions;
}

export interface Family {
  readonly id: string;
  readonly label: string;
  /** A match, or the reason why the file is none of this family, ready to stand behind "not an SD 1 checkpoint: ". */
  detect(header: SafetensorsHeader): { match: FamilyMatch } | { reason: string };
}
