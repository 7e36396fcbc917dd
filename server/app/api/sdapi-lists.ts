import { freemem, totalmem } from 'node:os';
import type { Field } from '#contracts/manifest.ts';
import { LATENT_UPSCALERS } from '#core/imaging/latent-upscale.ts';
import type { CheckpointFile, Extensions, Library, Supervisor } from '../services.ts';
import type { SamplingNames } from './prepare.ts';
import type { Route } from './route.ts';
import { SILENT_SCRIPTS } from './sdapi-generate.ts';

export interface ListsDeps {
  library: Library;
  extensions: Extensions;
  supervisor: Pick<Supervisor, 'memory'>;
  names: Pick<SamplingNames, 'samplers' | 'schedulers'>;
  /** Flags by A1111's names (argparse dests). */
  cmdFlags: () => Record<string, unknown>;
}

/** "None" comes first: clients put the latent modes behind it. */
const RESIZERS = ['None', 'Lanczos', 'Nearest'];

/** `GET /sdapi/v1/*`: always answered, empty where there is nothing of the kind. */
export function listRoutes(deps: ListsDeps): Route[] {
  const get = (name: string, summary: string, handle: () => unknown): Route => {
    return { method: 'get', path: `/sdapi/v1/${name}`, summary, tag: 'sdapi', handle };
  };
  const refresh = (name: string, summary: string, handle: () => Promise<void> | null): Route => {
    const run = async () => {
      await handle();
      return null;
    };
    return { method: 'post', path: `/sdapi/v1/${name}`, summary, tag: 'sdapi', handle: run };
  };
  const none = () => [];
  return [
    get('sd-models', 'Checkpoints', () => deps.library.checkpoints().map(toSdModel)),
    get('samplers', 'Samplers', () => deps.names.samplers.map(toSampler)),
    get('schedulers', 'Noise schedules', () => deps.names.schedulers.map(toScheduler)),
    get('upscalers', 'Upscalers', () => RESIZERS.map(toUpscaler)),
    get('latent-upscale-modes', 'Ways to enlarge a latent', () => LATENT_UPSCALERS.map((name) => ({ name }))),
    get('sd-vae', 'VAE files', none),
    get('hypernetworks', 'Hypernetworks', none),
    get('face-restorers', 'Face restorers', none),
    get('realesrgan-models', 'Real-ESRGAN models', none),
    get('prompt-styles', 'Styles', none),
    get('embeddings', 'Textual inversions', () => ({ loaded: {}, skipped: {} })),
    get('loras', 'LoRA files', none),
    get('cmd-flags', 'Flags the server was started with', deps.cmdFlags),
    get('memory', 'Memory in bytes', () => memory(deps.supervisor)),
    get('extensions', 'Extensions, the built-in ones too', () => deps.extensions.list().map(toExtension)),
    get('scripts', 'Titles of scripts, lower case', () => ({
      txt2img: [...SILENT_SCRIPTS, ...deps.extensions.scriptTitles('txt2img')],
      img2img: [...SILENT_SCRIPTS, ...deps.extensions.scriptTitles('img2img')],
    })),
    get('script-info', 'Scripts with their arguments', () => scriptInfo(deps.extensions)),
    refresh('refresh-checkpoints', 'Looks for checkpoints again', () => deps.library.refresh()),
    refresh('refresh-vae', 'Looks for VAE files again', () => null),
    refresh('refresh-embeddings', 'Looks for textual inversions again', () => null),
    refresh('refresh-loras', 'Looks for LoRA files again', () => null),
  ];
}

function toSdModel({ title, modelName, shortHash, sha256, path, config }: CheckpointFile) {
  return { title, model_name: modelName, hash: shortHash, sha256, filename: path, config };
}

/** Option values are texts in A1111, as Python prints them. */
function toSampler(sampler: SamplingNames['samplers'][number]) {
  const options = {
    ...(sampler.defaultScheduler === undefined ? {} : { scheduler: sampler.defaultScheduler.toLowerCase() }),
    ...(sampler.usesEnsd ? { uses_ensd: 'True' } : {}),
    ...(sampler.secondOrder ? { second_order: 'True' } : {}),
    ...(sampler.discardNextToLastSigma ? { discard_next_to_last_sigma: 'True' } : {}),
    ...(sampler.brownianNoise ? { brownian_noise: 'True' } : {}),
    ...sampler.apiOptions,
  };
  return { name: sampler.name, aliases: sampler.aliases, options };
}

function toScheduler({
  name,
  label,
  aliases,
  defaultRho,
  needInnerModel,
}: SamplingNames['schedulers'][number]) {
  return {
    name,
    label,
    aliases: aliases.length > 0 ? aliases : null,
    default_rho: defaultRho,
    need_inner_model: needInnerModel,
  };
}

function toUpscaler(name: string) {
  return { name, model_name: null, model_path: null, model_url: null, scale: 4 };
}

function toExtension({ id, version, enabled }: ReturnType<Extensions['list']>[number]) {
  return { name: id, remote: '', branch: '', commit_hash: '', version, commit_date: '0', enabled };
}

function memory(supervisor: Pick<Supervisor, 'memory'>) {
  const used = process.memoryUsage.rss() + (supervisor.memory()?.rssBytes ?? 0);
  return { ram: { free: freemem(), used, total: totalmem() }, cuda: { error: 'unavailable' } };
}

function scriptInfo(extensions: Extensions) {
  const silent = (isImg2img: boolean) =>
    SILENT_SCRIPTS.map((name) => ({ name, is_alwayson: true, is_img2img: isImg2img, args: [] }));
  const panels = (tab: 'txt2img' | 'img2img') =>
    extensions
      .panels()
      .filter(({ panel }) => panel.tabs.includes(tab))
      .map(({ panel }) => ({
        name: panel.script.toLowerCase(),
        is_alwayson: true,
        is_img2img: tab === 'img2img',
        args: panel.fields.map(toArgument),
      }));
  return [...silent(false), ...panels('txt2img'), ...silent(true), ...panels('img2img')];
}

function toArgument(field: Field) {
  const isRange = field.kind === 'number' || field.kind === 'slider';
  return {
    label: field.label,
    value: field.default,
    minimum: isRange ? field.min : null,
    maximum: isRange ? field.max : null,
    step: isRange ? field.step : null,
    choices: field.kind === 'choice' ? field.choices.map((choice) => choice.value) : null,
  };
}
