import type { Request, Response } from 'express';
import { TapestryError } from '#contracts/errors.ts';
import { OPTION_BY_KEY } from '#contracts/options.ts';
import type { Extensions, FinishedJob, JobService, Settings } from '../services.ts';
import { buildInfo } from './info.ts';
import type { FilledFields } from './infotext-fields.ts';
import type { Prepare } from './prepare.ts';
import { readBody, schemaOf } from './pydantic.ts';
import type { Route } from './route.ts';
import type { TaskIds } from './task-ids.ts';
import { REQUEST_FIELDS, TXT2IMG_FIELDS, WITHOUT_EFFECT } from './txt2img-fields.ts';

export interface GenerateDeps {
  jobs: JobService;
  settings: Settings;
  extensions: Extensions;
  prepare: Prepare;
  readInfotext: (text: string) => FilledFields;
  taskIds: TaskIds;
  /** Written into `info`. */
  version: string;
}

type Values = Record<string, unknown>;

/** A1111's always-on scripts whose arguments have no effect over its API either. */
export const SILENT_SCRIPTS = ['comments', 'sampler', 'seed'] as const;

export function generateRoutes(deps: GenerateDeps): Route[] {
  return [
    {
      method: 'post',
      path: '/sdapi/v1/txt2img',
      summary: 'Makes pictures from a text and answers when they are done',
      tag: 'sdapi',
      body: schemaOf(TXT2IMG_FIELDS),
      answer: {
        type: 'object',
        properties: {
          images: { type: 'array', items: { type: 'string', description: 'base64' } },
          parameters: { type: 'object' },
          info: { type: 'string', description: 'JSON' },
        },
      },
      handle: (req, res) => txt2img(req, res, deps),
    },
  ];
}

async function txt2img(req: Request, res: Response, deps: GenerateDeps): Promise<unknown> {
  const parameters = readBody(TXT2IMG_FIELDS, req.body);
  const values = fillFromInfotext(parameters, req.body as Values, deps.readInfotext);
  const overrides = withoutLocked((values.override_settings ?? {}) as Values);
  const saves =
    values.save_images === true && deps.settings.effective(overrides).options.samples_save === true;
  const body = { ...requestBody(values, req.body as Values), override_settings: overrides };
  const input = await deps.prepare({ ...body, extensions: scriptValues(values, deps.extensions) }, 'sdapi', {
    save: saves,
    keepWithoutWaiter: saves,
    warnings: warningsOf(values),
  });
  const job = await deps.jobs.submit(input);
  deps.taskIds.add(values.force_task_id as string | null, job.id);
  if (values.override_settings_restore_afterwards === false) {
    await deps.settings.set(input.request.override_settings, { persist: false });
  }
  const finished = await waitFor(deps.jobs, job.id, res);
  return answer(finished, parameters, input.options, deps.version);
}

/**
 * Waits for the job. A client that goes away ends a job that still waits in the queue (nobody would see its pictures), and
 * leaves one that is being painted alone, as A1111 does.
 */
async function waitFor(jobs: JobService, id: string, res: Response): Promise<FinishedJob> {
  const gone = new AbortController();
  const onClose = () => {
    if (!res.writableFinished && jobs.runningId() !== id) gone.abort(new TapestryError('ABANDONED'));
  };
  res.once('close', onClose);
  try {
    return await jobs.waitFor(id, gone.signal);
  } finally {
    res.off('close', onClose);
  }
}

async function answer(
  finished: FinishedJob,
  parameters: Values,
  options: Values,
  version: string,
): Promise<unknown> {
  const { job, error } = finished;
  // A cancelled job is A1111's interrupt before the first picture: an answer without pictures.
  if (error !== null && job.state !== 'cancelled') throw TapestryError.fromRecord(error);
  const images: string[] = [];
  if (parameters.send_images === true) {
    for (let index = 0; index < job.images.length; index++) {
      images.push(Buffer.from(await finished.readImage(index)).toString('base64'));
    }
  }
  return { images, parameters, info: buildInfo(finished, options, version) };
}

/** `infotext` fills what the request did not send, as a paste does; its overrides give way to those that were sent. */
function fillFromInfotext(values: Values, sent: Values, read: GenerateDeps['readInfotext']): Values {
  if (typeof values.infotext !== 'string' || values.infotext === '') return values;
  const { override_settings, extensions, ...fields } = read(values.infotext).fields;
  const missing = Object.entries(fields).filter(([name]) => !Object.hasOwn(sent, name));
  return {
    ...values,
    ...Object.fromEntries(missing),
    filled: new Set(missing.map(([name]) => name)),
    filledExtensions: extensions ?? {},
    override_settings: { ...override_settings, ...((values.override_settings ?? {}) as Values) },
  };
}

function requestBody(values: Values, sent: Values): Values {
  const filled = (values.filled ?? new Set()) as Set<string>;
  const isThere = (name: string) => filled.has(name) || (sent[name] !== undefined && sent[name] !== null);
  const body: Values = Object.fromEntries(
    REQUEST_FIELDS.map((name) => [name, values[name] ?? DEFAULTS.get(name) ?? undefined]),
  );
  // Absent sizes become the checkpoint's own; the echo shows A1111's default.
  for (const side of ['width', 'height']) if (isThere(side)) body[side] = values[side];
  body.sampler_name = values.sampler_name || values.sampler_index;
  if (body.scheduler === '') body.scheduler = undefined;
  return body;
}

const DEFAULTS = new Map(TXT2IMG_FIELDS.map((field) => [field.name, field.default]));

function warningsOf(values: Values): string[] {
  return WITHOUT_EFFECT.filter(({ name, isSet }) => isSet(values[name])).map(
    ({ name }) => `${name} has no effect yet; the picture was made without it`,
  );
}

/** Options that the API may not set are left out silently, as A1111 does. */
function withoutLocked(overrides: Values): Values {
  return Object.fromEntries(Object.entries(overrides).filter(([key]) => !OPTION_BY_KEY.get(key)?.apiLocked));
}

function scriptValues(values: Values, extensions: Extensions): Record<string, Record<string, unknown>> {
  const name = values.script_name;
  if (typeof name === 'string' && name !== '' && name.toLowerCase() !== 'none') {
    throw new TapestryError('UNKNOWN_SCRIPT', { field: 'script_name', value: name, accepted: 'none' });
  }
  const result = { ...((values.filledExtensions ?? {}) as Record<string, Record<string, unknown>>) };
  for (const [title, script] of Object.entries(values.alwayson_scripts as Values)) {
    if ((SILENT_SCRIPTS as readonly string[]).includes(title.toLowerCase())) continue;
    const args = typeof script === 'object' && script !== null && 'args' in script ? script.args : null;
    const parsed = extensions.fromScriptArgs(title, args);
    result[parsed.extension] = { ...result[parsed.extension], ...parsed.values };
  }
  return result;
}
