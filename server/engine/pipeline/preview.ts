/** Live previews: a linear map fitted once per VAE, or the VAE itself; thinned so that they cost little. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Picture, tile, toPicture } from '#core/imaging/picture.ts';
import {
  blockColors,
  calibrationPicture,
  fitPreviewMap,
  type PreviewMap,
  previewPicture,
} from '#core/imaging/preview-map.ts';
import { itemOf, type Tensor } from '#core/tensor.ts';
import type { CheckpointModel } from '../runtime/types.ts';
import { decodeLatent } from './decode.ts';
import { type BatchRun, numberOption } from './job-run.ts';

/** Previews may cost this share of the time between them. */
const BUDGET = 0.02;
const CALIBRATION_SIZE = 128;

export interface PreviewMaps {
  /** The map of this checkpoint's VAE: remembered, read from the cache folder, or fitted now. */
  of(model: CheckpointModel): Promise<PreviewMap>;
}

/** Maps are kept in `folder` as JSON, by the checkpoint file's path, size and time. */
export function createPreviewMaps(folder: string): PreviewMaps {
  const known = new WeakMap<CheckpointModel, Promise<PreviewMap>>();
  const make = async (model: CheckpointModel) => {
    const { size, mtimeMs } = await stat(model.path);
    const key = createHash('sha256').update(`${model.path}\n${size}\n${mtimeMs}`).digest('hex').slice(0, 24);
    const file = join(folder, `${key}.json`);
    try {
      return JSON.parse(await readFile(file, 'utf8')) as PreviewMap;
    } catch {
      const map = await fitMap(model);
      await mkdir(folder, { recursive: true });
      await writeFile(file, JSON.stringify(map));
      return map;
    }
  };
  return {
    of(model) {
      const map = known.get(model) ?? make(model);
      known.set(model, map);
      return map;
    },
  };
}

async function fitMap(model: CheckpointModel): Promise<PreviewMap> {
  const { latentChannels, latentScale, downscale } = model.info;
  const picture = calibrationPicture(CALIBRATION_SIZE);
  const moments = await model.encode(picture, CALIBRATION_SIZE, CALIBRATION_SIZE);
  const plane = (CALIBRATION_SIZE / downscale) ** 2;
  const latents = new Float32Array(plane * latentChannels);
  for (let c = 0; c < latentChannels; c++) {
    for (let i = 0; i < plane; i++) latents[i * latentChannels + c] = moments[c * plane + i]! * latentScale;
  }
  return fitPreviewMap(latents, blockColors(picture, CALIBRATION_SIZE, downscale), latentChannels);
}

/** Offers previews of one batch's steps; decides which are worth their cost. */
export function createPreviewer(
  batch: BatchRun,
): (step: number, steps: number, denoised: Tensor) => Promise<void> {
  const { job } = batch;
  const { options } = job.context;
  const every = numberOption(options, 'show_progress_every_n_steps', 1);
  const full = options.show_progress_type === 'Full';
  if (options.live_previews_enable === false || every < 1) return async () => {};
  let costMs = 0;
  let shown = 0;
  let lastAt = performance.now();

  return async (step, steps, denoised) => {
    const now = performance.now();
    const last = step === steps;
    if (step % every !== 0 && !last) return;
    if (!last && costMs > BUDGET * (now - lastAt)) return;
    const picture = full ? await decodeGrid(batch, denoised) : await mapGrid(batch, denoised);
    const { rgb, width, height } = picture;
    const { jobId, fence } = job.assignment;
    const index = batch.context.index * batch.context.seeds.length;
    await job.deps.send({ type: 'preview', jobId, fence, step, index, width, height, rgb });
    lastAt = performance.now();
    // The first one may have fitted the map or loaded the decoder: that is not what the next will cost.
    if (shown++ > 0) costMs = lastAt - now;
  };
}

async function mapGrid(batch: BatchRun, denoised: Tensor): Promise<Picture> {
  const map = await batch.job.deps.previews.of(batch.job.model!);
  const pictures = Array.from({ length: denoised.shape[0]! }, (_, i) =>
    previewPicture(itemOf(denoised, i), map),
  );
  return tile(pictures, Math.ceil(Math.sqrt(pictures.length)));
}

async function decodeGrid(batch: BatchRun, denoised: Tensor): Promise<Picture> {
  const pictures: Picture[] = [];
  for (let i = 0; i < denoised.shape[0]!; i++) {
    pictures.push(toPicture(await decodeLatent(batch.job.model!, itemOf(denoised, i))));
  }
  return tile(pictures, Math.ceil(Math.sqrt(pictures.length)));
}
