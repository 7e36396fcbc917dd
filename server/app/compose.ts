import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineConfig } from '#contracts/messages.ts';
import { parseInfotext } from '#core/prompt/infotext.ts';
import { resolveSampler, resolveScheduler } from '#core/sampling/resolve.ts';
import { SAMPLERS } from '#core/sampling/samplers/index.ts';
import { SCHEDULERS } from '#core/sampling/schedulers/index.ts';
import { encodePreview, probePicture } from '#io/image.ts';
import type { Logger } from '#io/log.ts';
import { createApp } from './api/app.ts';
import { fieldsFromInfotext } from './api/infotext-fields.ts';
import { jobRoutes } from './api/jobs.ts';
import { nativeRoutes } from './api/native.ts';
import { createPrepare } from './api/prepare.ts';
import { sdapiRoutes } from './api/sdapi.ts';
import { createTaskIds } from './api/task-ids.ts';
import { createTokenCounter } from './api/token-counter.ts';
import { pageRouter } from './api/ui.ts';
import { uploadRoutes } from './api/uploads.ts';
import type { AppConfig } from './config.ts';
import { createDoor, type Door } from './door/door.ts';
import { serveBelow } from './door/subpath.ts';
import { BUILT_IN_EXTENSIONS } from './extensions/built-in.ts';
import { createExtensions } from './extensions/extensions.ts';
import { toCmdFlags } from './flags.ts';
import { checkOutputFolders } from './gallery/destination.ts';
import { createGallery } from './gallery/gallery.ts';
import { createUploads } from './gallery/uploads.ts';
import { hashFile } from './library/hash.ts';
import { identifyCheckpoint } from './library/identify.ts';
import { createLibrary } from './library/library.ts';
import { createLive } from './live/live.ts';
import { createJobService } from './queue/job-service.ts';
import { createSupervisor } from './queue/supervisor.ts';
import type { Extensions, Library, Settings } from './services.ts';
import { createSettings } from './settings/settings.ts';
import { createStore, type Store } from './store/store.ts';
import { APP_VERSION, VERSION_TEXT } from './version.ts';

/** The app, built but not yet listening. */
export interface Composed {
  server: Server;
  door: Door;
  /** Repairs what the last life left, then starts the engine. */
  start(): Promise<void>;
  /** Ends the engine, the sockets and the store. */
  close(): Promise<void>;
}

const MAX_UPLOAD_BYTES = 64 * 1024 * 1024;
const names = { samplers: SAMPLERS, schedulers: SCHEDULERS, resolveSampler, resolveScheduler };

/** Builds all services from the configuration and wires them to each other. */
export async function compose(config: AppConfig, log: Logger): Promise<Composed> {
  const { paths, flags } = config;
  const store = createStore(join(paths.state, 'tapestry.db'));
  const files = await createFileServices(config, store, log);
  const { settings, library, extensions } = files;
  const jobs = await createJobServices(config, store, files, log);
  const { supervisor, gallery, uploads } = jobs;
  const door = createDoor(config.door);
  const prepare = createPrepare({ settings, library, extensions, names });
  const readInfotext = (text: string) =>
    fieldsFromInfotext(parseInfotext(text), { settings, library, extensions });
  const shared = {
    ...files,
    supervisor,
    names,
    prepare,
    readInfotext,
    jobs: jobs.jobs,
    version: VERSION_TEXT,
  };
  const app = createApp({
    door,
    log: log.child({ room: 'api' }),
    version: APP_VERSION,
    sdapi: flags.api
      ? sdapiRoutes({ ...shared, taskIds: createTaskIds(), cmdFlags: () => toCmdFlags(flags) })
      : [],
    native: [
      ...nativeRoutes({ ...shared, countTokens: createTokenCounter(settings), version: APP_VERSION }),
      ...jobRoutes({ jobs: jobs.jobs, gallery, prepare }),
      ...uploadRoutes({ uploads, maxBytes: MAX_UPLOAD_BYTES }),
    ],
    ...(flags.nowebui ? {} : { ui: pageRouter(join(paths.program, 'web', 'out')) }),
  });
  const server = createServer(app);
  // A picture may take longer than any limit on a request; idle connections end by themselves.
  server.requestTimeout = 0;
  server.keepAliveTimeout = flags.timeoutKeepAlive * 1000;
  const live = createLive({
    server,
    jobs: jobs.jobs,
    supervisor,
    boot: randomUUID(),
    allowRequest: (request) => door.allowRequest(request),
  });
  serveBelow(server, config.door.subpath);
  settings.onChange((keys) => {
    live.changed('options');
    if (!keys.some((key) => key === 'disabled_extensions' || key === 'disable_all_extensions')) return;
    supervisor.extensionsChanged();
    live.changed('extensions');
  });
  library.onChange(() => live.changed('models'));

  return {
    server,
    door,
    async start() {
      await jobs.jobs.recover();
      await supervisor.start();
      hashCurrent(files, log);
    },
    async close() {
      await live.close();
      server.closeAllConnections();
      jobs.jobs.close();
      await supervisor.stop();
      store.close();
    },
  };
}

interface FileServices {
  settings: Settings;
  library: Library;
  extensions: Extensions;
}

/** What is read from files: settings, checkpoints, extensions. */
async function createFileServices(
  { paths, flags }: AppConfig,
  store: Store,
  log: Logger,
): Promise<FileServices> {
  const library = createLibrary({
    folders: paths.checkpoints,
    identify: identifyCheckpoint,
    hashFile,
    cache: {
      get: (file) => store.hashes.get('sha256', file),
      put: (file, sha256) => store.hashes.put('sha256', file, sha256),
    },
  });
  const settings = await createSettings({
    file: join(paths.data, 'config.json'),
    log: log.child({ room: 'settings' }),
    checks: { sd_model_checkpoint: (name) => library.resolve(String(name)).title },
  });
  const builtIn = join(paths.program, 'extensions');
  const extensions = await createExtensions({
    roots: paths.extensions,
    isBuiltIn: (folder) =>
      dirname(folder) === builtIn && BUILT_IN_EXTENSIONS.has(folder.slice(builtIn.length + 1)),
    isDisabled: ({ id, builtIn: ships }) => {
      const bulk = settings.get('disable_all_extensions');
      if (flags.disableAllExtensions || bulk === 'all') return true;
      if (!ships && (flags.disableExtraExtensions || bulk === 'extra')) return true;
      return settings.get<string[]>('disabled_extensions').includes(id);
    },
    log: log.child({ room: 'extensions' }),
  });
  await library.refresh();
  return { settings, library, extensions };
}

/** The queue, the engine that works on it, and the pictures that come out. */
async function createJobServices(
  { paths, flags }: AppConfig,
  store: Store,
  files: FileServices,
  log: Logger,
) {
  const { settings, extensions } = files;
  const gallery = createGallery({
    store,
    dataFolder: paths.data,
    resultsFolder: join(paths.state, 'results'),
    paramsFile: join(paths.data, 'params.txt'),
  });
  const jobs = createJobService({
    store,
    gallery,
    attemptsFolder: join(paths.state, 'attempts'),
    encodePreview: (rgb, width, height) => encodePreview({ rgb, width, height }),
    checkJob: (job) => checkOutputFolders(job.options, settings.all(), paths.data),
    log: log.child({ room: 'queue' }),
  });
  const engine: EngineConfig = {
    device: flags.device,
    threads: flags.threads,
    stateFolder: paths.state,
    version: VERSION_TEXT,
  };
  const supervisor = createSupervisor({
    desk: jobs.desk,
    onWork: jobs.onWork,
    engine: {
      entry: fileURLToPath(new URL('../engine.ts', import.meta.url)),
      env: { ...process.env, TAPESTRY_ENGINE: JSON.stringify(engine) },
    },
    extensions: () => extensions.list().filter((each) => each.enabled),
    log: log.child({ room: 'engine' }),
  });
  const uploads = await createUploads({
    store,
    folder: join(paths.state, 'uploads'),
    measure: async (path) => {
      const { width, height } = await probePicture(await readFile(path));
      return { width, height };
    },
  });
  return { jobs, gallery, supervisor, uploads };
}

/** The checkpoint in use gets its hash before anyone asks, so that the first job need not wait for it. */
function hashCurrent({ settings, library }: FileServices, log: Logger): void {
  const chosen = settings.get('sd_model_checkpoint');
  const files = library.checkpoints();
  const file = files.find((each) => each.title === chosen || each.name === chosen) ?? files[0];
  if (file !== undefined) library.hash(file).catch((error: unknown) => log.warn((error as Error).message));
}
