/** The app's side of jobs with a stand-in engine, in a folder of its own. For tests. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Job } from '#contracts/job.ts';
import { type PictureRequest, pictureRequest } from '#contracts/request.ts';
import { createGallery } from '../../gallery/gallery.ts';
import type { FileCalls } from '../../gallery/place-file.ts';
import type { SubmitInput } from '../../services.ts';
import { createStore } from '../../store/store.ts';
import { createJobService } from '../job-service.ts';
import { createSupervisor, type SupervisorLimits } from '../supervisor.ts';

const FAKE_ENGINE = fileURLToPath(new URL('./fake-engine.ts', import.meta.url));
const SILENT = { info() {}, warn() {}, error() {} };

export interface TestAppOptions {
  folder?: string;
  calls?: FileCalls;
  queueLimit?: number;
  engineArgs?: string[];
  limits?: Partial<SupervisorLimits>;
  now?: () => Date;
}

export type TestApp = ReturnType<typeof createTestApp>;

export function createTestApp(options: TestAppOptions = {}) {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'tapestry-jobs-'));
  const state = join(folder, '.tapestry');
  const { queueLimit, calls, now } = options;
  const store = createStore(join(state, 'tapestry.db'), queueLimit === undefined ? {} : { queueLimit });
  const clock = now === undefined ? {} : { now };
  const gallery = createGallery({
    store,
    dataFolder: folder,
    resultsFolder: join(state, 'results'),
    paramsFile: join(folder, 'params.txt'),
    ...clock,
    ...(calls === undefined ? {} : { calls }),
  });
  const jobs = createJobService({
    store,
    gallery,
    attemptsFolder: join(state, 'attempts'),
    encodePreview: async (rgb) => ({ mime: 'image/test', data: rgb }),
    log: SILENT,
    ...clock,
  });
  const supervisor = createSupervisor({
    extensions: () => [],
    desk: jobs.desk,
    onWork: jobs.onWork,
    engine: { entry: FAKE_ENGINE, args: options.engineArgs ?? [] },
    log: SILENT,
    limits: { backoffMs: 20, tickMs: 50, ...options.limits },
  });
  return {
    folder,
    state,
    store,
    gallery,
    jobs,
    supervisor,
    async start() {
      await jobs.recover();
      await supervisor.start();
    },
    submit: (prompt: string, more: Partial<PictureRequest> = {}, input: Partial<SubmitInput> = {}) =>
      jobs.submit(testInput(prompt, more, input)),
    /** What the job became. */
    async end(job: Job): Promise<Job> {
      return (await jobs.waitFor(job.id)).job;
    },
    async stop(remove = true) {
      jobs.close();
      await supervisor.stop();
      store.close();
      if (remove) rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function testInput(
  prompt: string,
  more: Partial<PictureRequest> = {},
  input: Partial<SubmitInput> = {},
): SubmitInput {
  return {
    task: 'txt2img',
    request: pictureRequest.parse({ prompt, seed: 7, steps: 4, width: 64, height: 64, ...more }),
    options: {},
    checkpoint: { name: 'a.safetensors', title: 'a.safetensors', path: '/a', stem: 'a', sha256: null },
    source: 'api',
    save: true,
    ...input,
  };
}

/** Resolves when `probe` is true. */
export async function until(probe: () => boolean, withinMs = 10_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!probe()) {
    if (Date.now() > end) throw new Error(`not within ${withinMs} ms: ${probe.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
