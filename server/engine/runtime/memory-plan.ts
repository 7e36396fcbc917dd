/** Which parts of a model stay loaded, and how each is loaded, for the memory there is. Pure arithmetic. */

export type Part = 'text' | 'unet' | 'decoder' | 'encoder';

/**
 * `fast`: weights repacked for the kernels (float32 files) or widened once (float16 files); costs anonymous memory.
 * `mapped`: weights used where the file is mapped. `cast`: narrow weights stay mapped and are widened for each use.
 */
export type LoadMode = 'fast' | 'mapped' | 'cast';

export interface PartSize {
  /** Numbers in the part's weights. */
  elements: number;
  /** Whether any weight is stored in another type than float32. */
  narrow: boolean;
}

export interface MemoryPlan {
  /** Whether parts stay loaded beside each other; otherwise each is released before the next is loaded. */
  keepAll: boolean;
  modes: Readonly<Record<Part, LoadMode>>;
}

const BYTES_PER_ELEMENT = 4;
/** Share of a float32 part's weights that onnxruntime copies when it repacks them (measured: 1.0 of 3.4 GB). */
const REPACKED_SHARE = 0.35;
/** Widened weights beside what stays of the narrow ones (measured: 3.64 GB for 3.44 GB of float32). */
const WIDENED_SHARE = 1.1;
/** Working memory per picture pixel at native size (measured at 512×512: UNet 261 MB, VAE 1.1 GB). */
const WORK_BYTES_PER_PIXEL: Readonly<Record<Part, number>> = {
  text: 0,
  unet: 1_050,
  decoder: 4_200,
  encoder: 4_200,
};
/** What must stay free for the rest of the process and the system. */
const HEADROOM = 1.25;

/** `availableBytes`: what this process may use. Sizes and pixels are those of the model at its native picture size. */
export function planMemory(
  sizes: Readonly<Record<Part, PartSize>>,
  nativePixels: number,
  availableBytes: number,
): MemoryPlan {
  const fastBytes = (part: Part) => fastPartBytes(sizes[part], nativePixels * WORK_BYTES_PER_PIXEL[part]);
  const parts = ['text', 'unet', 'decoder', 'encoder'] as const;
  const together = parts.reduce((sum, part) => sum + fastBytes(part), 0);
  const largest = Math.max(...parts.map(fastBytes));
  const keepAll = together * HEADROOM <= availableBytes;
  const fast = keepAll || largest * HEADROOM <= availableBytes;
  const lean = (part: Part): LoadMode => (sizes[part].narrow ? 'cast' : 'mapped');
  const modes = {
    text: fast ? 'fast' : lean('text'),
    unet: fast ? 'fast' : lean('unet'),
    // The VAE's weights are few beside its working memory, which only the optimised graph keeps low.
    decoder: fast || sizes.decoder.narrow ? 'fast' : 'mapped',
    encoder: fast || sizes.encoder.narrow ? 'fast' : 'mapped',
  } as const;
  return { keepAll, modes };
}

function fastPartBytes({ elements, narrow }: PartSize, workBytes: number): number {
  return elements * BYTES_PER_ELEMENT * (narrow ? WIDENED_SHARE : 1 + REPACKED_SHARE) + workBytes;
}
