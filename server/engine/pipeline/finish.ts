/** A decoded picture becomes a file: pixels, extensions, infotext, encoding. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TapestryError } from '#contracts/errors.ts';
import { toPicture } from '#core/imaging/picture.ts';
import { floatValue, writeInfotext } from '#core/prompt/infotext.ts';
import { standardFields } from '#core/prompt/infotext-fields.ts';
import type { Tensor } from '#core/tensor.ts';
import type { PictureFormat } from '#io/image.ts';
import { encodePictureFile, formatFor, pictureFormat } from '#io/picture-file.ts';
import type { ImageContext, SaveContext } from '#sdk/types.ts';
import { type BatchRun, type JobRun, numberOption } from './job-run.ts';
import { randnSource } from './passes.ts';

/** Bytes of picture `position` of the batch, after extensions have seen them. */
export async function finishImage(batch: BatchRun, position: number, decoded: Tensor): Promise<ImageContext> {
  const { context, job } = batch;
  const image: ImageContext = {
    batch: context,
    index: context.index * job.context.request.batch_size + position,
    seed: context.seeds[position]!,
    subseed: context.subseeds[position]!,
    ...toPicture(decoded),
  };
  await job.hooks.hooks.image.promise(image);
  return image;
}

/** Writes the picture into the attempt's folder and tells the app, which gives it a name and a place. */
export async function saveImage(batch: BatchRun, image: ImageContext): Promise<void> {
  const start = performance.now();
  const { job } = batch;
  const saved: SaveContext = { ...image, infotext: infotextOf(batch, image) };
  await job.hooks.hooks.save.promise(saved);
  const { format, bytes } = await encode(job, saved);
  const file = `${image.index}.${format}`;
  await writeChecked(join(job.assignment.tempFolder, file), bytes);
  await job.deps.send({
    type: 'image',
    jobId: job.assignment.jobId,
    fence: job.assignment.fence,
    index: image.index,
    file,
    format,
    width: saved.width,
    height: saved.height,
    seed: image.seed,
    subseed: image.subseed,
    infotext: saved.infotext,
    grid: false,
  });
  job.imagesMade++;
  job.timings.saveMs += performance.now() - start;
}

/** In the format that was chosen; as PNG where the infotext does not fit into that one. */
async function encode(
  job: JobRun,
  saved: SaveContext,
): Promise<{ format: PictureFormat; bytes: Uint8Array }> {
  const { options } = job.context;
  const chosen = formatFor(saved, pictureFormat(options.samples_format));
  const settings = {
    quality: numberOption(options, 'jpeg_quality', 80),
    lossless: options.webp_lossless === true,
    infotext: options.enable_pnginfo === false ? null : saved.infotext,
  };
  try {
    return { format: chosen, bytes: await encodePictureFile(saved, chosen, settings) };
  } catch (thrown) {
    if (TapestryError.from(thrown).code !== 'INVALID_FIELD' || chosen === 'png') throw thrown;
    job.context.warn(`the settings text is too long for ${chosen}: the picture is saved as PNG`);
    return { format: 'png', bytes: await encodePictureFile(saved, 'png', settings) };
  }
}

async function writeChecked(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(path, bytes);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') throw new TapestryError('DISK_FULL', { value: path, cause });
    throw new TapestryError('OUTPUT_UNWRITABLE', { value: path, reason: message, cause });
  }
}

function infotextOf(batch: BatchRun, image: ImageContext): string {
  const { job, pass, context } = batch;
  const { request, options, checkpoint, infotext } = job.context;
  const position = image.index - context.index * request.batch_size;
  const number = job.assignment.job.pythonFloats ? floatValue : (value: number) => value;
  const fields = standardFields({
    steps: request.steps,
    sampler: pass!.sampler,
    scheduler: pass!.scheduler,
    cfgScale: number(request.cfg_scale),
    seed: image.seed,
    width: request.width,
    height: request.height,
    modelHash: options.add_model_hash_to_info === false ? null : checkpoint.sha256?.slice(0, 10),
    model: options.add_model_name_to_info === false ? undefined : checkpoint.stem,
    variationSeed: image.subseed,
    variationSeedStrength: number(request.subseed_strength),
    seedResizeFromWidth: request.seed_resize_from_w,
    seedResizeFromHeight: request.seed_resize_from_h,
    clipSkip: numberOption(options, 'CLIP_stop_at_last_layers', 1),
    ensd: batch.usesEnsd ? numberOption(options, 'eta_noise_seed_delta', 0) : 0,
    // Named always: a reader would take "GPU" for granted, which means another generator on another machine.
    rng: randnSource(options, job.deps.runtime.provider).toUpperCase(),
    extra: infotext,
    version: options.add_version_to_infotext === false ? undefined : job.deps.version,
  });
  const prompt = context.prompts[position]!;
  const negativePrompt = context.negativePrompts[position]!;
  return writeInfotext({ prompt, negativePrompt, fields });
}
