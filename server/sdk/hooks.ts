/**
 * Every hook, in the order in which a job meets them. An extension taps them in its engine side:
 *
 *   export default ({ hooks, panel }: EngineApi) => {
 *     hooks.guidance.tap('my-extension', (eps, ctx) => ...);
 *   };
 *
 * Taps are added while extensions load; then the set is frozen and jobs run on it. A change of extensions builds a new
 * set. An error in a tap names the extension and the hook on the job.
 */
import { AsyncSeriesBailHook, AsyncSeriesHook, AsyncSeriesWaterfallHook } from 'tapable';
import type { Tensor } from '#core/tensor.ts';
import type {
  BatchContext,
  ConditionContext,
  GuidanceContext,
  ImageContext,
  JobContext,
  JobEndContext,
  LatentContext,
  ModelCallContext,
  PassContext,
  SaveContext,
  StepContext,
} from './types.ts';

export function createHooks() {
  return {
    /** Once per job, before anything is loaded. May change `job.request`. A1111: before_process, process. */
    jobStart: new AsyncSeriesHook<[JobContext]>(['job']),
    /** Once per batch. May change prompts and seeds. A1111: before_process_batch, process_batch. */
    batchStart: new AsyncSeriesHook<[BatchContext]>(['batch']),
    /** Once per batch, after the text encoder. May add predictions. */
    condition: new AsyncSeriesHook<[ConditionContext]>(['context']),
    /** Before a pass samples. May change the start noise and the CFG scale. A1111: process_before_every_sampling. */
    passStart: new AsyncSeriesHook<[PassContext]>(['pass']),
    /** Takes the sampling over: the first tap that returns a latent wins. */
    sample: new AsyncSeriesBailHook<[PassContext], Tensor | undefined>(['pass']),
    /** Before each model call. May change x in place. A1111: cfg_denoiser. */
    modelCall: new AsyncSeriesHook<[ModelCallContext]>(['call']),
    /**
     * After each model call: turns the named predictions into one. The value is the guided noise [n, c, h, w], at first
     * uncond + cfg · (cond - uncond); return another tensor to replace it, nothing to keep it. A1111: cfg_denoised,
     * cfg_after_cfg.
     */
    guidance: new AsyncSeriesWaterfallHook<[Tensor, GuidanceContext]>(['eps', 'context']),
    /** After each sampler step. May replace what the sampler goes on with. */
    step: new AsyncSeriesHook<[StepContext]>(['context']),
    /** Latents are final. May replace them. A1111: post_sample. */
    latent: new AsyncSeriesHook<[LatentContext]>(['context']),
    /** Takes the decoding over: latents in, [n, 3, H, W] in -1..1 out. */
    decode: new AsyncSeriesBailHook<[LatentContext], Tensor | undefined>(['context']),
    /** Each decoded picture. May replace its pixels and size. A1111: postprocess_image. */
    image: new AsyncSeriesHook<[ImageContext]>(['image']),
    /** Each picture, before it is written. May change pixels and infotext. A1111: before_image_saved. */
    save: new AsyncSeriesHook<[SaveContext]>(['image']),
    /** Once per job, after the last picture, also when it was interrupted or cancelled. A1111: postprocess. */
    jobEnd: new AsyncSeriesHook<[JobEndContext]>(['end']),
  };
}

export type Hooks = ReturnType<typeof createHooks>;
export type HookName = keyof Hooks;

/** What an extension may do with a hook: tap it, with a sync or an async function. */
export type TappableHooks = { readonly [Name in HookName]: TapOnly<Hooks[Name]> };

type TapOnly<Hook> = Hook extends {
  tapPromise(options: infer Options, run: (...args: infer Args) => infer Result): void;
}
  ? {
      tap(options: Options, run: (...args: Args) => Awaited<Result> | Result): void;
      tapPromise: TapOnlyPromise<Options, Args, Result>;
    }
  : never;

type TapOnlyPromise<Options, Args extends unknown[], Result> = (
  options: Options,
  run: (...args: Args) => Result,
) => void;
