import { TapestryError } from '#contracts/errors.ts';
import { itemOf, type Tensor } from '#core/tensor.ts';
import type { CheckpointModel } from '../runtime/types.ts';
import type { BatchRun } from './job-run.ts';
import { reportPhase } from './progress.ts';

/** Latents to pictures, one at a time. Extensions may replace the latents or take the decoding over. */
export async function decode(batch: BatchRun): Promise<void> {
  const { job, pass } = batch;
  if (!batch.latent || !pass || job.control.cancelled) return;
  const start = performance.now();
  await reportPhase(job, 'decoding', batch.context.index);
  const context = { pass, latent: batch.latent };
  await job.hooks.hooks.latent.promise(context);
  batch.latent = context.latent;
  const taken = await job.hooks.hooks.decode.promise(context);
  const model = job.model!;
  for (let i = 0; i < batch.context.seeds.length; i++) {
    const picture = taken ? itemOf(taken, i) : await decodeLatent(model, itemOf(context.latent, i));
    if (picture.data.some(Number.isNaN)) {
      throw new TapestryError('NAN_OUTPUT', {
        value: 'VAE',
        accepted: 'the checkpoint may be damaged; try another VAE or checkpoint',
      });
    }
    batch.decoded.push(picture);
  }
  job.timings.decodeMs += performance.now() - start;
}

/** A latent in sampler space, [1, c, h, w], as a picture [1, 3, H, W] in about -1..1. */
export async function decodeLatent(model: CheckpointModel, latent: Tensor): Promise<Tensor> {
  const [, , height, width] = latent.shape as [number, number, number, number];
  const { latentScale, downscale } = model.info;
  const data = await model.decode(
    latent.data.map((value) => value / latentScale),
    height,
    width,
  );
  return { data, shape: [1, 3, height * downscale, width * downscale] };
}
