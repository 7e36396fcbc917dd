/** Which parts of a model stay loaded, and how each is loaded. Pure arithmetic. */

export type Part = 'text' | 'unet' | 'decoder' | 'encoder';

/**
 * `fast`: weights widened and repacked once, in memory of the process's own. `mapped`: float32 weights used where the
 * file is mapped. `cast`: narrower weights stay mapped and each is widened right before its use.
 */
export type LoadMode = 'fast' | 'mapped' | 'cast';

export interface PartSize {
  /** Numbers in the part's weights. */
  elements: number;
  /** Bytes they take in the file. */
  storedBytes: number;
  /** Whether any weight is stored in another type than float32. */
  narrow: boolean;
  /** Channels of its feature maps at full size. */
  channels: number;
}

export interface MemoryPlan {
  /** Whether parts stay loaded beside each other; otherwise each is released before the next is loaded. */
  keepAll: boolean;
  modes: Readonly<Record<Part, LoadMode>>;
}

export interface PlanOptions {
  /** Memory that the model may take. */
  budgetBytes: number;
  /** Parts with at most this many weights are loaded `fast`. */
  smallPartElements: number;
  /** Weights that go to a device are widened once, and stay: moving them again is what costs there. */
  onDevice: boolean;
}

/**
 * What a model takes at most unless told otherwise. More would buy little: with its file mapped, a part of Stable
 * Diffusion 1.5 is loaded again in 0.3 s, beside seconds for a step.
 */
export const DEFAULT_BUDGET_BYTES = 3 * 2 ** 30;

/**
 * The UNet of SD 1.5 (860 M) runs as fast mapped or cast as it does repacked (within 3 %) and is there 10 s earlier with
 * a quarter of the memory. Small networks at small sizes feel the casting.
 */
export const SMALL_PART_ELEMENTS = 64 * 2 ** 20;

const PARTS = ['text', 'unet', 'decoder', 'encoder'] as const;
const BYTES_PER_ELEMENT = 4;
/** What a `fast` part takes for each byte of its weights as float32 (measured: 3.64 GB for 3.44, repacked 1.3). */
const WIDENED_SHARE = 1.1;
const REPACKED_SHARE = 1.35;
/** Working memory per picture pixel and channel (measured at 512×512: UNet of 320 475 MB, VAE of 128 1.1 GB). */
const WORK_BYTES: Readonly<Record<Part, number>> = { text: 0, unet: 5.7, decoder: 33, encoder: 33 };

/** Memory that a part needs beside its weights for a picture of so many pixels. */
export function workBytes(part: Part, size: PartSize, pixels: number): number {
  return WORK_BYTES[part] * size.channels * pixels;
}

/** `nativePixels`: size of the pictures that the model was made for. */
export function planMemory(
  sizes: Readonly<Record<Part, PartSize>>,
  nativePixels: number,
  options: PlanOptions,
): MemoryPlan {
  const modeOf = (part: Part): LoadMode => {
    const { elements, narrow } = sizes[part];
    if (options.onDevice || elements <= options.smallPartElements) return 'fast';
    return narrow ? 'cast' : 'mapped';
  };
  const modes = {
    text: modeOf('text'),
    unet: modeOf('unet'),
    decoder: modeOf('decoder'),
    encoder: modeOf('encoder'),
  };
  const together = PARTS.reduce(
    (sum, part) => sum + weightBytes(sizes[part], modes[part]) + workBytes(part, sizes[part], nativePixels),
    0,
  );
  return { keepAll: options.onDevice || together <= options.budgetBytes, modes };
}

function weightBytes({ elements, storedBytes, narrow }: PartSize, mode: LoadMode): number {
  if (mode !== 'fast') return storedBytes;
  return elements * BYTES_PER_ELEMENT * (narrow ? WIDENED_SHARE : REPACKED_SHARE);
}
