import { z } from 'zod';
import { TapestryError } from '#contracts/errors.ts';
import { OPTIONS } from '#contracts/options.ts';
import type { CheckpointFile, Extensions, Library, Settings, Supervisor } from '../services.ts';
import type { FilledFields } from './infotext-fields.ts';
import { currentCheckpoint, type SamplingNames } from './prepare.ts';
import type { JsonSchema, Route } from './route.ts';
import { saveOptions, shownOptions } from './sdapi-options.ts';

export interface NativeDeps {
  settings: Settings;
  library: Library;
  extensions: Extensions;
  supervisor: Pick<Supervisor, 'status'>;
  names: Pick<SamplingNames, 'samplers' | 'schedulers'>;
  /** Tokens of a prompt, and how many its chunks hold. */
  countTokens: (text: string) => Promise<{ count: number; max: number }>;
  readInfotext: (text: string) => FilledFields;
  version: string;
}

const MAX_TEXT = 200_000;
const textBody = z.object({ text: z.string().max(MAX_TEXT) });
const TEXT_SCHEMA = z.toJSONSchema(textBody) as JsonSchema;

/** The page's own API, but for jobs, pictures and uploads. Errors: `{ error: ErrorRecord }`. */
export function nativeRoutes(deps: NativeDeps): Route[] {
  const { settings, library, extensions, names } = deps;
  const tag = 'native';
  const save: Omit<Route, 'method'> = {
    path: '/api/options',
    summary: 'Changes settings: all that are named or none',
    tag,
    body: { type: 'object' },
    handle: (req) => saveOptions(deps, req.body, { api: false }),
  };
  return [
    {
      method: 'get',
      path: '/api/options/schema',
      summary: 'Every setting: type, default, range, label',
      tag,
      handle: () => OPTIONS,
    },
    { method: 'get', path: '/api/options', summary: 'All settings', tag, handle: () => shownOptions(deps) },
    { method: 'post', ...save },
    { method: 'patch', ...save },
    { method: 'get', path: '/api/models', summary: 'Checkpoints', tag, handle: () => models(deps) },
    {
      method: 'post',
      path: '/api/models/refresh',
      summary: 'Looks for model files again',
      tag,
      handle: async () => {
        await library.refresh();
        return models(deps);
      },
    },
    {
      method: 'get',
      path: '/api/samplers',
      summary: 'Samplers',
      tag,
      handle: () => names.samplers.map(({ name, aliases }) => ({ name, aliases })),
    },
    {
      method: 'get',
      path: '/api/schedulers',
      summary: 'Noise schedules',
      tag,
      handle: () => names.schedulers.map(({ name, label, aliases }) => ({ name, label, aliases })),
    },
    {
      method: 'get',
      path: '/api/extensions',
      summary: 'Extensions and their panels',
      tag,
      handle: () => extensions.list(),
    },
    {
      method: 'get',
      path: '/api/extensions/problems',
      summary: 'Extensions that cannot be used, and why',
      tag,
      handle: () => extensions.problems(),
    },
    {
      method: 'post',
      path: '/api/token-count',
      summary: 'Tokens of a prompt',
      tag,
      body: TEXT_SCHEMA,
      handle: (req) => deps.countTokens(readText(req.body)),
    },
    {
      method: 'post',
      path: '/api/infotext/parse',
      summary: "Fields of a request out of a picture's settings text",
      tag,
      body: TEXT_SCHEMA,
      handle: (req) => deps.readInfotext(readText(req.body)),
    },
    {
      method: 'get',
      path: '/api/defaults',
      summary: 'What a checkpoint recommends',
      tag,
      query: { checkpoint: { type: 'string' } },
      handle: (req) => {
        const chosen = req.query.checkpoint ?? settings.get('sd_model_checkpoint');
        return defaultsOf(currentCheckpoint(library, chosen));
      },
    },
    {
      method: 'get',
      path: '/api/status',
      summary: 'Version and state of the engine',
      tag,
      handle: () => ({ version: deps.version, ...deps.supervisor.status() }),
    },
  ];
}

function models({ library, settings }: Pick<NativeDeps, 'library' | 'settings'>) {
  const shown = shownOptions({ library, settings }).sd_model_checkpoint;
  return {
    checkpoints: library.checkpoints().map(toModel),
    current: typeof shown === 'string' ? shown : null,
  };
}

/** Where a file lies on disk is nobody's business here. */
function toModel({ path: _path, config: _config, metadata, ...file }: CheckpointFile) {
  const {
    'modelspec.description': description,
    'modelspec.usage_hint': usageHint,
    'modelspec.license': license,
  } = metadata;
  return {
    ...file,
    description: description ?? null,
    usageHint: usageHint ?? null,
    license: license ?? null,
  };
}

function defaultsOf(file: CheckpointFile) {
  const { examples = [], ...defaults } = file.defaults;
  return {
    checkpoint: file.title,
    width: file.nativeWidth,
    height: file.nativeHeight,
    ...defaults,
    examples,
  };
}

function readText(body: unknown): string {
  const result = textBody.safeParse(body);
  if (result.success) return result.data.text;
  const value = (body as { text?: unknown } | undefined)?.text;
  const accepted = `a text of at most ${MAX_TEXT} characters`;
  throw new TapestryError('INVALID_FIELD', { field: 'text', value: value ?? null, accepted });
}
