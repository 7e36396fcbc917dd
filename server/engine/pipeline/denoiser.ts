/**
 * One model call over a batch: every named prediction, picture by picture (a picture of a batch is then equal to the
 * single one, bit for bit), then classifier-free guidance and what extensions make of it.
 */
import { TapestryError } from '#contracts/errors.ts';
import { combineGuidance, combineWeightedGuidance, uncondSkipped } from '#core/sampling/guidance.ts';
import type { Predict, PredictInput } from '#core/sampling/sample-latent.ts';
import { elementCount, itemOf, type Tensor } from '#core/tensor.ts';
import type { Conditioning, GuidanceContext, ModelCallContext, PassContext, Prediction } from '#sdk/types.ts';
import type { CheckpointModel } from '../runtime/types.ts';
import { noteInfotext } from './infotext-notes.ts';
import { type BatchRun, numberOption, type PlannedPass } from './job-run.ts';
import { conditioningsAt, isPlain, type PictureConditioning } from './scheduled-conditioning.ts';

/** The guided noise prediction of a batch, with the unconditional one or what takes its place. */
export function createDenoiser(batch: BatchRun, planned: PlannedPass, pass: PassContext): Predict {
  const { job } = batch;
  const { hooks } = job.hooks;
  const model = job.model!;
  const { cond, others } = splitConditioning(planned);
  const isUncondFree = hasNoUncondAtCfgOne(planned, cond);
  const skipsUncond = createSkipRule(batch, planned);

  return async (call) => {
    if (job.timings.toFirstPredictMs === 0) {
      job.timings.toFirstPredictMs = performance.now() - job.startedAt;
    }
    const isTapped = job.hooks.isUsed('guidance', job.context);
    const context: ModelCallContext = { pass, ...call };
    if (job.hooks.isUsed('modelCall', job.context)) await hooks.modelCall.promise(context);

    const needsUncond = !skipsUncond(call) && !(isUncondFree && pass.cfgScale === 1);
    const parts = await predictParts(model, call, cond);
    const single = new Map<string, Tensor>();
    for (const [name, pictures] of others) {
      // Without weight it is not made; only an extension could still ask for it.
      if (name === 'uncond' && !needsUncond && !isTapped) continue;
      single.set(name, firstParts(await predictParts(model, call, pictures), call.x.shape));
    }
    const uncond = single.get('uncond');
    const first = firstParts(parts, call.x.shape);
    let eps =
      needsUncond && uncond
        ? combineGuidance(uncond, combineParts(parts, cond, uncond), pass.cfgScale)
        : combineParts(parts, cond, first);
    if (isTapped) {
      const all = new Map([['cond', combineParts(parts, cond, uncond ?? first)], ...single]);
      const guidance: GuidanceContext = {
        ...context,
        predictions: new Map([...all].map(([name, each]) => [name, prediction(each, call)])),
        xSigma: call.xSigma,
      };
      eps = await hooks.guidance.promise(eps, guidance);
    }
    if (Number.isNaN(eps.data[0])) {
      throw new TapestryError('NAN_OUTPUT', {
        value: 'UNet',
        accepted: 'the checkpoint may be damaged, or the CFG scale far too high',
      });
    }
    return { guided: eps, uncond: needsUncond && uncond ? uncond : first };
  };
}

function splitConditioning({ conditioning }: PlannedPass) {
  const others = [...conditioning].filter(([name]) => name !== 'cond');
  return { cond: conditioning.get('cond')!, others };
}

/** True where the negative prompt has no weight at CFG 1: not with CFG++, nor where the weights of `AND` miss 1. */
function hasNoUncondAtCfgOne({ plan }: PlannedPass, cond: readonly PictureConditioning[]): boolean {
  const total = (picture: PictureConditioning) => picture.reduce((sum, { weight }) => sum + weight, 0);
  return plan.sampler.cfgMultiplier === undefined && cond.every((picture) => total(picture) === 1);
}

/** Says of each call whether the settings leave its unconditional prediction out; what was left out is in the infotext. */
function createSkipRule({ context }: BatchRun, { plan }: PlannedPass): (call: PredictInput) => boolean {
  const { request, options } = context.job;
  const rules = {
    skipEarly: numberOption(options, 'skip_early_cond', 0),
    minSigma: request.s_min_uncond ?? numberOption(options, 's_min_uncond', 0),
    allSteps: options.s_min_uncond_all === true,
    totalCalls: plan.promptSteps,
  };
  return ({ call, sigma, timestep }) => {
    const skipped = uncondSkipped(rules, call, plan.sampler.kind === 'timestep' ? timestep : sigma);
    if (skipped) noteInfotext(context.job, skipped);
    return skipped !== undefined;
  };
}

/** Predicted noise of every part of every picture: [picture][part]. */
async function predictParts(
  model: CheckpointModel,
  call: PredictInput,
  pictures: readonly PictureConditioning[],
): Promise<Float32Array[][]> {
  const [, , height, width] = call.x.shape as [number, number, number, number];
  const all: Float32Array[][] = [];
  for (const [i, picture] of pictures.entries()) {
    const x = itemOf(call.x, i).data;
    const predict = ({ data: context, tokens: contextTokens }: Conditioning) =>
      model.predict({ x, height, width, timestep: call.timestep, context, contextTokens });
    const parts: Float32Array[] = [];
    for (const conditioning of conditioningsAt(picture, call.call)) parts.push(await predict(conditioning));
    all.push(parts);
  }
  return all;
}

/** The first part of each picture as one tensor. */
function firstParts(parts: readonly Float32Array[][], shape: readonly number[]): Tensor {
  const data = new Float32Array(elementCount(shape));
  parts.forEach(([first], i) => {
    data.set(first!, i * first!.length);
  });
  return { data, shape };
}

/** Per picture uncond + Σ weight · (part - uncond): what the CFG scale then moves away from uncond. */
function combineParts(
  parts: readonly Float32Array[][],
  pictures: readonly PictureConditioning[],
  uncond: Tensor,
): Tensor {
  const combined = firstParts(parts, uncond.shape);
  for (const [i, picture] of pictures.entries()) {
    if (isPlain(picture)) continue;
    const base = itemOf(uncond, i);
    const weighted = picture.map(({ weight }, part) => {
      return { weight, prediction: { data: parts[i]![part]!, shape: base.shape } };
    });
    itemOf(combined, i).data.set(combineWeightedGuidance(base, weighted, 1).data);
  }
  return combined;
}

function prediction(eps: Tensor, { xSigma, sigma }: PredictInput): Prediction {
  let denoised: Tensor | undefined;
  return {
    eps,
    get denoised() {
      denoised ??= { data: eps.data.map((value, i) => xSigma.data[i]! - sigma * value), shape: eps.shape };
      return denoised;
    },
  };
}
