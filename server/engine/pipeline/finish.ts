/** A decoded picture becomes a file: pixels, extensions, infotext, encoding. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TapestryError } from '#contracts/errors.ts';
import type { PictureRequest } from '#contracts/request.ts';
import { toPicture } from '#core/imaging/picture.ts';
import { floatValue, type InfotextEntry, type InfotextValue, writeInfotext } from '#core/prompt/infotext.ts';
import { standardFields } from '#core/prompt/infotext-fields.ts';
import type { Tensor } from '#core/tensor.ts';
import { writeError } from '#io/atomic.ts';
import type { PictureFormat } from '#io/image.ts';
import { encodePictureFile, formatFor, pictureFormat } from '#io/picture-file.ts';
import type { ImageContext, SaveContext } from '#sdk/types.ts';
import { type BatchRun, type JobRun, numberOption, type PlannedPass } from './job-run.ts';
import { randnSource } from './passes.ts';
import { HIRES_DENOISING } from './plan.ts';

/** Fields that A1111's API declares as floats; those of options print as the options hold them. */
const floatFields = ({ eta, s_min_uncond }: PictureRequest) =>
  new Set([
    'Hires upscale',
    ...(eta === null ? [] : ['Eta', 'Eta DDIM']),
    ...(s_min_uncond === null ? [] : ['NGMS']),
  ]);

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
  const path = join(job.assignment.tempFolder, file);
  await writeFile(path, bytes).catch((thrown) => {
    throw writeError(path, thrown);
  });
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

function infotextOf(batch: BatchRun, image: ImageContext): string {
  const { job, context } = batch;
  const { request, options, checkpoint } = job.context;
  const [first, hires] = batch.passes as [PlannedPass, PlannedPass?];
  const position = image.index - context.index * request.batch_size;
  const number = job.assignment.job.pythonFloats ? floatValue : (value: number) => value;
  const fields = standardFields({
    steps: request.steps,
    sampler: first.plan.sampler.name,
    scheduler: first.plan.scheduler.label,
    cfgScale: number(request.cfg_scale),
    seed: image.seed,
    width: first.width,
    height: first.height,
    denoisingStrength: hires ? number(request.denoising_strength ?? HIRES_DENOISING) : undefined,
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
    extra: extraFields(batch, position, number),
    version: options.add_version_to_infotext === false ? undefined : job.deps.version,
  });
  const prompt = context.prompts[position]!;
  const negativePrompt = context.negativePrompts[position]!;
  return writeInfotext({ prompt, negativePrompt, fields });
}

/** What passes and extensions added; the second prompts of hires fix only where they differ from the picture's first. */
function extraFields(
  { context, job, passes }: BatchRun,
  position: number,
  number: (value: number) => InfotextValue,
): InfotextEntry[] {
  const hires = passes[1];
  const floats = floatFields(job.context.request);
  const other = (second: readonly string[] | undefined, first: readonly string[]) =>
    second?.[position] === first[position] ? undefined : second?.[position];
  return [...job.context.infotext].map(([key, value]): InfotextEntry => {
    if (key === 'Hires prompt') return [key, other(hires?.prompts, context.prompts)];
    if (key === 'Hires negative prompt') return [key, other(hires?.negativePrompts, context.negativePrompts)];
    return [key, typeof value === 'number' && floats.has(key) ? number(value) : value];
  });
}
