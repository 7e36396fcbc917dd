/** The real pipeline in this process: runtime, hooks and stages, without an app around it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manifestSchema } from '#contracts/manifest.ts';
import type { DoneMessage, FromEngine } from '#contracts/messages.ts';
import { type PictureRequest, pictureRequest } from '#contracts/request.ts';
import { createClipTokenizer } from '#core/prompt/clip-tokenizer.ts';
import { SAMPLERS } from '#core/sampling/samplers/index.ts';
import { SCHEDULERS } from '#core/sampling/schedulers/index.ts';
import { createHookSet } from '#sdk/hook-set.ts';
import type { TappableHooks } from '#sdk/hooks.ts';
import { createModelShelf } from '../../server/engine/model-shelf.ts';
import { createControl } from '../../server/engine/pipeline/control.ts';
import { createPreviewMaps } from '../../server/engine/pipeline/preview.ts';
import { runJob } from '../../server/engine/pipeline/run-job.ts';
import { createRuntime } from '../../server/engine/runtime/create-runtime.ts';
import { clipVocabulary } from './clip.ts';

export interface PaintInput {
  checkpoint: string;
  request: Partial<PictureRequest>;
  options?: Record<string, unknown>;
  /** As for jobs of A1111's API. Default false. */
  pythonFloats?: boolean;
  /** Taps, as an extension would make them. */
  tap?: (hooks: TappableHooks) => void;
}

export interface Painted {
  messages: FromEngine[];
  done: DoneMessage;
  /** Encoded pictures in order. */
  files: Buffer[];
}

export interface TestPipeline {
  /** Throws when the job fails. */
  paint(input: PaintInput): Promise<Painted>;
  close(): Promise<void>;
}

/** One runtime on the CPU for many jobs. */
export async function createTestPipeline(threads = 2): Promise<TestPipeline> {
  const folder = await mkdtemp(join(tmpdir(), 'tapestry-pipeline-'));
  const runtime = await createRuntime({ device: 'cpu', threads });
  const models = createModelShelf(runtime);
  const tokenizer = createClipTokenizer(clipVocabulary());
  return {
    async paint({ checkpoint, request, options = {}, pythonFloats = false, tap }) {
      const messages: FromEngine[] = [];
      const hookSet = createHookSet();
      tap?.(
        hookSet.tappable({
          id: 'test',
          manifest: manifestSchema.parse({ sdk: '*', title: 'Test', essential: true }),
        }),
      );
      hookSet.freeze();
      const deps = {
        runtime,
        models,
        tokenizer,
        previews: createPreviewMaps(join(folder, 'maps')),
        samplers: () => SAMPLERS,
        schedulers: () => SCHEDULERS,
        hookSet: () => hookSet,
        send: async (message: FromEngine) => void messages.push(message),
        version: 'test',
        log: () => {},
      };
      const job = {
        request: pictureRequest.parse(request),
        options,
        checkpoint: { name: 'test.safetensors', title: 'test', path: checkpoint, stem: 'test', sha256: null },
        save: false,
        pythonFloats,
        jobTimestamp: '20260101000000',
      };
      const assignment = { jobId: 'test', fence: 1, task: 'txt2img' as const, job, tempFolder: folder };
      await runJob(deps, assignment, createControl());
      const last = messages.at(-1)!;
      if (last.type !== 'done') throw new Error(`the job failed: ${JSON.stringify(last)}`);
      const images = messages.filter((message) => message.type === 'image');
      const files = await Promise.all(images.map((image) => readFile(join(folder, image.file))));
      return { messages, done: last, files };
    },
    async close() {
      await models.clear();
      await runtime.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
