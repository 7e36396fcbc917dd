/** What the stages of one job share. `JobContext` and the other sdk contexts are the part that extensions see. */
import type { Assignment, FromEngine, JobTimings } from '#contracts/messages.ts';
import type { ClipTokenizer } from '#core/prompt/clip-tokenizer.ts';
import type { ScheduleOptions } from '#core/prompt/schedule.ts';
import type { SamplingPlan } from '#core/sampling/plan.ts';
import type { Sampler, Scheduler } from '#core/sampling/types.ts';
import type { Tensor } from '#core/tensor.ts';
import type { HookSet } from '#sdk/hook-set.ts';
import type { BatchContext, JobContext, PassContext } from '#sdk/types.ts';
import type { ModelShelf } from '../model-shelf.ts';
import type { CheckpointModel, Runtime } from '../runtime/types.ts';
import type { Control } from './control.ts';
import type { PreviewMaps } from './preview.ts';
import type { PictureConditioning } from './scheduled-conditioning.ts';

/** What the pipeline is given once per engine. */
export interface PipelineDeps {
  runtime: Runtime;
  models: ModelShelf;
  tokenizer: ClipTokenizer;
  previews: PreviewMaps;
  /** Samplers and schedulers by name, extensions' included. */
  samplers: () => readonly Sampler[];
  schedulers: () => readonly Scheduler[];
  /** The current generation of hooks; a running job keeps the one it began with. */
  hookSet: () => HookSet;
  /** Resolves when the message has left the process. */
  send: (message: FromEngine) => Promise<void>;
  /** Version text of the infotext. */
  version: string;
  log: (message: string) => void;
}

export interface JobRun {
  readonly deps: PipelineDeps;
  readonly assignment: Assignment;
  readonly context: JobContext;
  readonly hooks: HookSet;
  readonly control: Control;
  readonly warnings: string[];
  readonly timings: JobTimings;
  readonly startedAt: number;
  /** Seeds of all pictures of the job. */
  seeds: number[];
  subseeds: number[];
  model: CheckpointModel | null;
  imagesMade: number;
}

export interface BatchRun {
  readonly job: JobRun;
  readonly context: BatchContext;
  /** In order; empty until they are planned. */
  passes: readonly PlannedPass[];
  /** The pass that samples or sampled last. */
  pass: PassContext | null;
  /** The sampler draws noise that the option `eta_noise_seed_delta` moves. */
  usesEnsd: boolean;
  /** Final latents, sampler space. */
  latent: Tensor | null;
  /** Decoded pictures, each [1, 3, H, W] in about -1..1. */
  decoded: Tensor[];
}

/** One sampling pass: what is known of it before it begins. */
export interface PlannedPass {
  kind: PassContext['kind'];
  plan: SamplingPlan;
  /** As asked. */
  steps: number;
  /** Pixels. */
  width: number;
  height: number;
  cfgScale: number;
  /** One per picture, as written. */
  prompts: readonly string[];
  negativePrompts: readonly string[];
  /** How prompt schedules count in this pass. */
  schedule: ScheduleOptions;
  /** By name ("cond", "uncond", extensions' own), one per picture. */
  conditioning: Map<string, readonly PictureConditioning[]>;
}

/** A stage: a name for logs and timings, and what it does. */
export interface Stage<Run> {
  readonly name: string;
  readonly run: (run: Run) => Promise<void>;
}

/** The option as a number, or what is given where it is not one. */
export function numberOption(
  options: Readonly<Record<string, unknown>>,
  key: string,
  otherwise: number,
): number {
  const value = options[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
}
