import type { LoraLayer, LoraMatch } from './match.ts';
import type { LoraTarget } from './types.ts';

/** One add-on of a job. `file`: whatever the caller knows the file by. */
export interface LoraUse<File> {
  file: File;
  match: LoraMatch;
  /** Strengths for the text encoder's layers and for the UNet's. */
  textEncoder: number;
  unet: number;
  /** How many ranks of a plain LoRA to use; null: all. */
  dynDim: number | null;
}

export interface LoraStep<File> {
  file: File;
  layer: LoraLayer;
  strength: number;
  dynDim: number | null;
}

/** What happens to one layer of the checkpoint: each step changes what the one before left. */
export interface LayerPlan<File> {
  target: LoraTarget;
  steps: LoraStep<File>[];
}

/**
 * The layers that add-ons change, in the order in which they are first named; add-ons in the given order. One of
 * strength 0 changes nothing and is left out.
 */
export function planLora<File>(uses: readonly LoraUse<File>[]): LayerPlan<File>[] {
  const plans = new Map<string, LayerPlan<File>>();
  for (const { file, match, textEncoder, unet, dynDim } of uses) {
    for (const layer of match.layers) {
      const { target } = layer;
      const strength = target.part === 'text' ? textEncoder : unet;
      if (strength === 0) continue;
      const plan = plans.get(target.weight) ?? { target, steps: [] };
      plan.steps.push({ file, layer, strength, dynDim });
      plans.set(target.weight, plan);
    }
  }
  return [...plans.values()];
}
