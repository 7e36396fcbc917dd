import type { Tensor } from '#core/tensor.ts';

/** Parameters of one layer in an add-on file, by name: `lora_up.weight`, `alpha`, …, widened to float32. */
export type LoraParams = ReadonlyMap<string, Tensor>;

/** As much of the parameters as a file's header tells. */
export type LoraParamShapes = ReadonlyMap<string, readonly number[]>;

/** A kind of add-on: how its parameters become the change of a layer's weight. */
export interface LoraAlgebra {
  readonly id: string;
  /** As people call it. */
  readonly label: string;
  /** Whether a layer with these parameters is of this kind. */
  accepts(names: ReadonlySet<string>): boolean;
  /** Parameters that it reads, beside those that all kinds share. */
  readonly params: readonly string[];
  /** Shape of the change; null where the parameters do not fit each other or the weight. */
  deltaShape(shapes: LoraParamShapes, weight: readonly number[]): readonly number[] | null;
  /** What alpha is divided by; null: no scaling by alpha. */
  rank(shapes: LoraParamShapes, weight: readonly number[]): number | null;
  /** The change of the weight at strength 1 before scaling; `weight` is what earlier add-ons left. */
  delta(params: LoraParams, weight: Tensor, options: DeltaOptions): Tensor;
  /** The change of the bias at strength 1. */
  biasDelta?(params: LoraParams): Tensor | undefined;
}

export interface DeltaOptions {
  /** How many ranks of a plain LoRA to use; null: all. */
  dynDim: number | null;
}

/** A layer of a checkpoint that add-ons can change. */
export interface LoraTarget {
  /** Path in the reference implementation with `_` for dots, e.g. `diffusion_model_input_blocks_1_1_proj_in`. */
  readonly name: string;
  /** Which of an add-on's two strengths holds. */
  readonly part: 'unet' | 'text';
  /** Tensor names in the checkpoint. The bias need not exist. */
  readonly weight: string;
  readonly bias: string;
  readonly shape: readonly number[];
}
