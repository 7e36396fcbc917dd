/**
 * One model call over a batch: every named prediction, picture by picture (a picture of a batch is then equal to the
 * single one, bit for bit), then classifier-free guidance and what extensions make of it.
 */
import { TapestryError } from '#contracts/errors.ts';
import { combineGuidance } from '#core/sampling/guidance.ts';
import type { Predict, PredictInput } from '#core/sampling/sample-latent.ts';
import { elementCount, itemOf, type Tensor } from '#core/tensor.ts';
import type { Conditioning, GuidanceContext, ModelCallContext, PassContext, Prediction } from '#sdk/types.ts';
import type { BatchRun } from './job-run.ts';

/** The guided noise prediction of a batch, with the unconditional one where it was made. */
export function createDenoiser(batch: BatchRun, pass: PassContext): Predict {
  const { job, conditioning } = batch;
  const { hooks } = job.hooks;
  const model = job.model!;

  const predict = async (call: PredictInput, perImage: readonly Conditioning[]): Promise<Tensor> => {
    const [, , height, width] = call.x.shape as [number, number, number, number];
    const eps = new Float32Array(elementCount(call.x.shape));
    for (const [i, { data, tokens }] of perImage.entries()) {
      const x = itemOf(call.x, i).data;
      const one = await model.predict({
        x,
        height,
        width,
        timestep: call.timestep,
        context: data,
        contextTokens: tokens,
      });
      eps.set(one, i * x.length);
    }
    return { data: eps, shape: call.x.shape };
  };

  return async (call) => {
    if (job.timings.toFirstPredictMs === 0) {
      job.timings.toFirstPredictMs = performance.now() - job.startedAt;
    }
    const guided = job.hooks.isUsed('guidance', job.context);
    const context: ModelCallContext = { pass, ...call };
    if (job.hooks.isUsed('modelCall', job.context)) await hooks.modelCall.promise(context);

    const predictions = new Map<string, Prediction>();
    for (const [name, perImage] of conditioning) {
      // At CFG 1 the negative prompt has no weight; only an extension could still ask for it.
      if (name === 'uncond' && pass.cfgScale === 1 && !guided) continue;
      predictions.set(name, prediction(await predict(call, perImage), call));
    }
    const cond = predictions.get('cond')!.eps;
    const uncond = predictions.get('uncond')?.eps;
    let eps = uncond ? combineGuidance(uncond, cond, pass.cfgScale) : cond;
    if (guided) {
      const guidance: GuidanceContext = { ...context, predictions, xSigma: call.xSigma };
      eps = await hooks.guidance.promise(eps, guidance);
    }
    if (Number.isNaN(eps.data[0])) {
      throw new TapestryError('NAN_OUTPUT', {
        value: 'UNet',
        accepted: 'the checkpoint may be damaged, or the CFG scale far too high',
      });
    }
    return uncond ? { guided: eps, uncond } : eps;
  };
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
