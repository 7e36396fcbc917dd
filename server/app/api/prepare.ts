import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { TapestryError } from '#contracts/errors.ts';
import type { Job } from '#contracts/job.ts';
import { type CheckpointRef, type PictureRequest, pictureRequest } from '#contracts/request.ts';
import type { Sampler, Scheduler } from '#core/sampling/types.ts';
import type { CheckpointFile, Extensions, Library, Settings, SubmitInput } from '../services.ts';
import { describeSchema } from './describe-schema.ts';
import { prepareHires } from './prepare-hires.ts';
import type { JsonSchema } from './route.ts';

/** Samplers and schedulers by any of their names. */
export interface SamplingNames {
  samplers: readonly Sampler[];
  schedulers: readonly Scheduler[];
  /** `scheduler`: from a suffix as in "DPM++ 2M Karras". */
  resolveSampler(
    name: string,
  ): { found: { sampler: Sampler; scheduler?: Scheduler } } | { found?: never; nearest: string[] };
  resolveScheduler(name: string): { found: Scheduler } | { found?: never; nearest: string[] };
}

export interface PrepareDeps {
  settings: Settings;
  library: Library;
  extensions: Extensions;
  names: SamplingNames;
  /** A whole number in 0 … 2^32 - 1. */
  drawSeed?: () => number;
}

export interface PrepareOptions {
  save?: boolean;
  idempotencyKey?: string;
  keepWithoutWaiter?: boolean;
  warnings?: string[];
}

/** A body of the native API (or one made from A1111's) as a job: checked, names resolved, seeds drawn. */
export type Prepare = (
  body: unknown,
  source: Job['source'],
  options?: PrepareOptions,
) => Promise<SubmitInput>;

/** The native body: a picture request, the task's name, and whether to save. */
const jobBody = pictureRequest.extend({
  task: z.literal('txt2img').default('txt2img'),
  save: z.boolean().optional(),
});

export const JOB_BODY_SCHEMA = z.toJSONSchema(jobBody, { io: 'input' }) as JsonSchema;
const PROPERTIES = JOB_BODY_SCHEMA.properties as Record<string, JsonSchema>;

export function createPrepare(deps: PrepareDeps): Prepare {
  const { settings, library, extensions } = deps;
  const drawSeed = deps.drawSeed ?? (() => randomInt(2 ** 32));

  return async (body, source, more = {}) => {
    const { request: sent, save, given } = checkBody(body);
    const warnings = [...(more.warnings ?? [])];
    const { options, unknown, file } = await effectiveOptions(settings, library, sent.override_settings);
    if (unknown.length > 0)
      warnings.push(`Unknown options in override_settings are ignored: ${unknown.join(', ')}`);
    refuseUnusable(file);
    const sha256 = await library.hash(file);
    const checkpoint: CheckpointRef = refTo(library.resolve(file.path), sha256);
    const sized: PictureRequest = {
      ...sent,
      ...resolveNames(deps.names, sent.sampler_name, given.has('scheduler') ? sent.scheduler : null),
      width: given.has('width') ? sent.width : file.nativeWidth,
      height: given.has('height') ? sent.height : file.nativeHeight,
      seed: sent.seed === -1 ? drawSeed() : sent.seed,
      subseed: sent.subseed === -1 ? drawSeed() : sent.subseed,
      override_settings: without(sent.override_settings, unknown),
      extensions: extensions.check(sent.extensions),
    };
    const request = { ...sized, ...prepareHires(sized, deps.names, options) };
    return {
      task: 'txt2img',
      request,
      options: { ...options, sd_model_checkpoint: checkpoint.title, sd_checkpoint_hash: sha256 },
      checkpoint,
      source,
      save: more.save ?? save ?? options.samples_save === true,
      keepWithoutWaiter: more.keepWithoutWaiter ?? true,
      ...(more.idempotencyKey === undefined ? {} : { idempotencyKey: more.idempotencyKey }),
      ...(warnings.length > 0 ? { warnings } : {}),
    };
  };
}

/** The checkpoint that options name; with none chosen the first that is recognised, else the first. */
export function currentCheckpoint(library: Library, chosen: unknown): CheckpointFile {
  if (typeof chosen === 'string' && chosen !== '') return library.resolve(chosen);
  const files = library.checkpoints();
  // An empty list makes `resolve` say where checkpoints go.
  return files.find((file) => file.family !== null) ?? files[0] ?? library.resolve('');
}

function checkBody(body: unknown): {
  request: PictureRequest;
  save: boolean | undefined;
  given: Set<string>;
} {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new TapestryError('INVALID_FIELD', { field: 'body', value: body, accepted: 'a JSON object' });
  }
  const result = jobBody.safeParse(body);
  if (!result.success) throw fieldError(result.error, body);
  const { task, save, ...request } = result.data;
  const given = Object.entries(body).filter(([, value]) => value !== undefined && value !== null);
  return { request, save, given: new Set(given.map(([key]) => key)) };
}

function fieldError(error: z.ZodError, body: object): TapestryError {
  const path = error.issues[0]?.path.map(String) ?? [];
  const value = path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], body);
  const accepted = path[0] === 'task' ? 'txt2img' : describeSchema(PROPERTIES[path[0] ?? '']);
  return new TapestryError('INVALID_FIELD', {
    field: path.join('.') || 'body',
    value: value ?? null,
    accepted,
  });
}

/** Options with overrides, and the checkpoint they name. A name that is not known may be a file that is new. */
async function effectiveOptions(settings: Settings, library: Library, overrides: Record<string, unknown>) {
  const attempt = () => {
    const { options, unknown } = settings.effective(overrides);
    return { options, unknown, file: currentCheckpoint(library, options.sd_model_checkpoint) };
  };
  try {
    return attempt();
  } catch (error) {
    const { code, params } = TapestryError.from(error);
    if (code === 'INVALID_FIELD') {
      throw new TapestryError(code, { ...params, field: `override_settings.${params.field}` });
    }
    if (code !== 'UNKNOWN_CHECKPOINT' && code !== 'NO_CHECKPOINT') throw error;
    await library.refresh();
    return attempt();
  }
}

function refuseUnusable(file: CheckpointFile): void {
  if (file.family !== null) return;
  const code = file.broken ? 'CHECKPOINT_BROKEN' : 'CHECKPOINT_UNSUPPORTED';
  throw new TapestryError(code, {
    field: 'sd_model_checkpoint',
    value: file.name,
    reason: file.reason ?? 'unknown',
  });
}

function resolveNames(names: SamplingNames, samplerName: string, schedulerName: string | null) {
  const sampler = names.resolveSampler(samplerName);
  if (sampler.found === undefined) {
    const accepted = sampler.nearest.join(', ');
    throw new TapestryError('UNKNOWN_SAMPLER', { field: 'sampler_name', value: samplerName, accepted });
  }
  const { name } = sampler.found.sampler;
  if (schedulerName === null) {
    return { sampler_name: name, scheduler: sampler.found.scheduler?.label ?? 'Automatic' };
  }
  const scheduler = names.resolveScheduler(schedulerName);
  if (scheduler.found === undefined) {
    const accepted = scheduler.nearest.join(', ');
    throw new TapestryError('UNKNOWN_SCHEDULER', { field: 'scheduler', value: schedulerName, accepted });
  }
  return { sampler_name: name, scheduler: scheduler.found.label };
}

function refTo({ name, title, path, stem }: CheckpointFile, sha256: string): CheckpointRef {
  return { name, title, path, stem, sha256 };
}

function without(values: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => !keys.includes(key)));
}
