/**
 * The engine process: owns a device, runs one job at a time, may die. Forked by the app; ends when the channel closes.
 * `TAPESTRY_ENGINE` holds its configuration as JSON.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { EngineConfig, FromEngine, ToEngine } from '#contracts/messages.ts';
import { createClipTokenizer, parseClipVocabulary } from '#core/prompt/clip-tokenizer.ts';
import { SAMPLERS } from '#core/sampling/samplers/index.ts';
import { SCHEDULERS } from '#core/sampling/schedulers/index.ts';
import { childChannel } from '#io/ipc.ts';
import { type Generation, loadExtensions, registerExtensionResolver } from './engine/extensions.ts';
import { createModelShelf } from './engine/model-shelf.ts';
import { type Control, createControl } from './engine/pipeline/control.ts';
import type { PipelineDeps } from './engine/pipeline/job-run.ts';
import { createPreviewMaps } from './engine/pipeline/preview.ts';
import { runJob } from './engine/pipeline/run-job.ts';
import { createRuntime } from './engine/runtime/create-runtime.ts';
import type { Device } from './engine/runtime/types.ts';

const config = JSON.parse(process.env.TAPESTRY_ENGINE ?? '{}') as EngineConfig;
const channel = childChannel<ToEngine, FromEngine>();
const log = (message: string) => process.stderr.write(`${message}\n`);
const extensionFolders = new Set<string>();
registerExtensionResolver(extensionFolders);

const runtime = await createRuntime({
  device: config.device as Device,
  ...(config.threads > 0 ? { threads: config.threads } : {}),
  log,
});
const models = createModelShelf(runtime);
const vocabulary = new URL('./assets/bpe_simple_vocab_16e6.txt.gz', import.meta.url);
let generation: Generation = await loadExtensions([], log);
const deps: PipelineDeps = {
  runtime,
  models,
  tokenizer: createClipTokenizer(
    parseClipVocabulary(gunzipSync(await readFile(vocabulary)).toString('utf8')),
  ),
  previews: createPreviewMaps(join(config.stateFolder, 'preview-maps')),
  samplers: () => [...SAMPLERS, ...generation.samplers],
  schedulers: () => [...SCHEDULERS, ...generation.schedulers],
  hookSet: () => generation.hookSet,
  send: (message) => channel.send(message),
  version: config.version,
  log,
};

/** Of the running job and of those that wait behind it, so that a cancel that overtakes its job is not lost. */
const controls = new Map<string, Control>();
/** Messages that change what the next job runs on wait for those before them. */
let tail: Promise<unknown> = Promise.resolve();

channel.onMessage((message) => {
  if (message.type === 'interrupt' || message.type === 'skip' || message.type === 'cancel') {
    const control = controls.get(message.jobId);
    if (control && message.type === 'interrupt') control.interrupted = true;
    if (control && message.type === 'skip') control.skipped = true;
    if (control && message.type === 'cancel') control.cancelled = true;
    return;
  }
  if (message.type === 'run') controls.set(message.assignment.jobId, createControl());
  tail = tail.then(() => handle(message)).catch((error: Error) => log(`engine: ${error.stack}`));
});
channel.onClose(() => process.exit(0));
// Ctrl-C reaches the whole process group; the app decides when its engine ends.
process.on('SIGINT', () => {});

async function reportMemory(): Promise<void> {
  const { rss } = process.memoryUsage();
  await channel.send({ type: 'memory', rssBytes: rss });
}

await channel.send({
  type: 'ready',
  pid: process.pid,
  provider: runtime.provider,
  notes: [...runtime.notes],
  readyMs: performance.now(),
});
await reportMemory();

async function handle(message: Exclude<ToEngine, { jobId: string }>): Promise<void> {
  switch (message.type) {
    case 'run': {
      const { jobId } = message.assignment;
      await runJob(deps, message.assignment, controls.get(jobId)!);
      controls.delete(jobId);
      await reportMemory();
      break;
    }
    case 'extensions': {
      for (const { folder } of message.extensions) extensionFolders.add(folder);
      generation = await loadExtensions(message.extensions, log);
      await channel.send({ type: 'extensions', loaded: generation.loaded, faults: generation.faults });
      break;
    }
    case 'unload':
      await models.clear();
      await channel.send({ type: 'loaded', checkpoint: null });
      break;
    case 'shutdown':
      await models.clear();
      await runtime.close();
      process.exit(0);
  }
}
