/** The standard pairs of an infotext in AUTOMATIC1111's order. */
import type { InfotextEntry, InfotextValue } from './infotext.ts';

/** What is known of one picture. Everything but the first block is left out where it is absent. */
export interface StandardFields {
  steps: number;
  sampler: string;
  /** The schedule that was used; `Automatic` for samplers that use the model's own. */
  scheduler: string;
  /** A `FloatValue` where the request came through the API. */
  cfgScale: InfotextValue;
  seed: number | bigint;
  /** Pixels of the first pass. */
  width: number;
  height: number;

  imageCfgScale?: InfotextValue;
  /** Name of the face restorer. */
  faceRestoration?: string | undefined;
  /** First 10 hex of the checkpoint's sha256. */
  modelHash?: string | null | undefined;
  /** File stem. */
  model?: string | undefined;
  fp8Weight?: string | undefined;
  vaeHash?: string | null | undefined;
  vae?: string | undefined;
  /** Written together, where the strength is not 0. */
  variationSeed?: number | bigint | undefined;
  variationSeedStrength?: InfotextValue;
  /** Written where both are above 0. */
  seedResizeFromWidth?: number | undefined;
  seedResizeFromHeight?: number | undefined;
  denoisingStrength?: InfotextValue;
  /** For inpainting models. */
  conditionalMaskWeight?: InfotextValue;
  /** Written above 1. */
  clipSkip?: number | undefined;
  /** Written where it is not 0; pass it for samplers that use it. */
  ensd?: number | undefined;
  tokenMergingRatio?: number | undefined;
  tokenMergingRatioHires?: number | undefined;
  initImageHash?: string | undefined;
  /** `CPU` or `NV`; `GPU` is what readers assume and is left out. */
  rng?: string | undefined;
  tiling?: boolean | undefined;
  /** What passes and extensions add, in their order. */
  extra?: Iterable<InfotextEntry>;
  version?: string | undefined;
  user?: string | undefined;
}

/** Entries for `writeInfotext`. */
export function standardFields(given: StandardFields): InfotextEntry[] {
  const varied = given.variationSeedStrength !== undefined && numberOf(given.variationSeedStrength) !== 0;
  const resized = (given.seedResizeFromWidth ?? 0) > 0 && (given.seedResizeFromHeight ?? 0) > 0;
  return [
    ['Steps', given.steps],
    ['Sampler', given.sampler],
    ['Schedule type', given.scheduler],
    ['CFG scale', given.cfgScale],
    ['Image CFG scale', given.imageCfgScale],
    ['Seed', given.seed],
    ['Face restoration', given.faceRestoration],
    ['Size', `${given.width}x${given.height}`],
    ['Model hash', given.modelHash],
    ['Model', given.model],
    ['FP8 weight', given.fp8Weight],
    ['VAE hash', given.vaeHash],
    ['VAE', given.vae],
    ['Variation seed', varied ? given.variationSeed : undefined],
    ['Variation seed strength', varied ? given.variationSeedStrength : undefined],
    ['Seed resize from', resized ? `${given.seedResizeFromWidth}x${given.seedResizeFromHeight}` : undefined],
    ['Denoising strength', given.denoisingStrength],
    ['Conditional mask weight', given.conditionalMaskWeight],
    ['Clip skip', (given.clipSkip ?? 1) > 1 ? given.clipSkip : undefined],
    ['ENSD', given.ensd || undefined],
    ['Token merging ratio', given.tokenMergingRatio || undefined],
    ['Token merging ratio hr', given.tokenMergingRatioHires || undefined],
    ['Init image hash', given.initImageHash],
    ['RNG', given.rng === 'GPU' ? undefined : given.rng],
    ['Tiling', given.tiling || undefined],
    ...(given.extra ?? []),
    ['Version', given.version],
    ['User', given.user],
  ];
}

function numberOf(value: InfotextValue): number {
  return typeof value === 'object' && value !== null ? value.float : Number(value ?? 0);
}
