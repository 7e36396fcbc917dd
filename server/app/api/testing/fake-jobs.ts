import { TapestryError } from '#contracts/errors.ts';
import type { Job, JobImage, JobProgress } from '#contracts/job.ts';
import type { Preview } from '#contracts/live.ts';
import type { FinishedJob, JobService, SubmitInput } from '../../services.ts';

/** A job service in memory. Jobs end at once, unless `hold` is set; then the test says what happens. */
export interface FakeJobs extends JobService {
  submitted: SubmitInput[];
  hold: boolean;
  running: string | null;
  progress: JobProgress | null;
  preview: Preview | null;
  calls: string[];
  /** Ends a held job. */
  finish(id: string, change?: Partial<Job>): void;
}

export const PICTURE = Buffer.from('a picture');

export function createFakeJobs(): FakeJobs {
  const jobs = new Map<string, Job>();
  const waiting = new Map<string, () => void>();
  const fake: FakeJobs = {
    submitted: [],
    hold: false,
    running: null,
    progress: null,
    preview: null,
    calls: [],
    async submit(input) {
      fake.submitted.push(input);
      const job = jobOf(`job-${fake.submitted.length}`, input);
      jobs.set(job.id, job);
      if (!fake.hold) fake.finish(job.id);
      return job;
    },
    finish(id, change = {}) {
      const job = jobs.get(id)!;
      jobs.set(id, { ...job, state: 'done', images: imagesOf(job), ...change });
      if (fake.running === id) fake.running = null;
      waiting.get(id)?.();
    },
    get: (id) => jobs.get(id) ?? null,
    list: () => [...jobs.values()],
    eventsAfter: () => [],
    eventsOf: () => [],
    lastSeq: () => 0,
    interrupt: (id) => void fake.calls.push(`interrupt ${id}`),
    skip: (id) => void fake.calls.push(`skip ${id}`),
    cancel: (id) => void fake.calls.push(`cancel ${id}`),
    runningId: () => fake.running,
    async waitFor(id, signal) {
      if (jobs.get(id)!.state === 'queued') {
        await new Promise<void>((resolve, reject) => {
          waiting.set(id, resolve);
          signal?.addEventListener('abort', () => {
            fake.calls.push(`abandon ${id}`);
            reject(signal.reason);
          });
        });
      }
      const job = jobs.get(id)!;
      return { job, error: job.error, done: null, readImage: async () => PICTURE } satisfies FinishedJob;
    },
    onEvent: () => () => {},
    onProgress: () => () => {},
    onPreview: () => () => {},
    latestPreview: () => fake.preview,
    latestProgress: () => fake.progress,
  };
  return fake;
}

function jobOf(id: string, input: SubmitInput): Job {
  if (input.request.prompt === 'refuse me') throw new TapestryError('QUEUE_FULL', { value: 1 });
  return {
    id,
    task: input.task,
    state: 'queued',
    createdAt: '2026-01-02T03:04:05.000Z',
    startedAt: null,
    finishedAt: null,
    attempt: 1,
    position: 0,
    request: input.request,
    checkpoint: { name: input.checkpoint.name, title: input.checkpoint.title },
    source: input.source,
    images: [],
    warnings: input.warnings ?? [],
    error: null,
    log: null,
    timings: null,
    progress: null,
  };
}

function imagesOf({ request }: Job): JobImage[] {
  return Array.from({ length: request.batch_size * request.n_iter }, (_, index) => ({
    index,
    url: `/api/images/${index}`,
    file: null,
    width: request.width,
    height: request.height,
    seed: request.seed + index,
    subseed: request.subseed + index,
    infotext: `${request.prompt}\nSteps: ${request.steps}, Sampler: ${request.sampler_name}, Seed: ${request.seed + index}`,
    grid: false,
  }));
}
