import { type NextFunction, type Request, type RequestHandler, type Response, Router } from 'express';
import { TapestryError } from '#contracts/errors.ts';
import { FINISHED_STATES, type Job, type JobEvent } from '#contracts/job.ts';
import type { Gallery } from '../gallery/gallery.ts';
import { digestOf } from '../queue/digest.ts';
import type { JobService, SubmitInput } from '../services.ts';
import { sendPicture } from './send-picture.ts';

export interface JobsRouterDeps {
  jobs: JobService;
  gallery: Pick<Gallery, 'find'>;
  /** Checks and resolves a body (`task` and the request's fields). Throws what the client should read. */
  /** Parses JSON bodies, within the door's limits. */
  readBody: RequestHandler;
  prepare: (body: unknown, source: Job['source']) => SubmitInput | Promise<SubmitInput>;
}

const LONGEST_KEY = 200;
const MOST_LISTED = 1000;
/** Proxies close streams that are silent for a minute. */
const HEARTBEAT_MS = 25_000;

/** The native API of jobs and their pictures. Errors go to `next`. */
export function createJobsRouter({ jobs, gallery, readBody, prepare }: JobsRouterDeps): Router {
  const router = Router();

  router.post('/api/jobs', readBody, async (request, response) => {
    const source = request.get('x-tapestry-client') === 'ui' ? 'ui' : 'api';
    const idempotencyKey = readKey(request);
    const input = await prepare(request.body, source);
    const job = await jobs.submit({
      ...input,
      bodyDigest: digestOf(request.body),
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    });
    response.status(202).location(`${request.baseUrl}/api/jobs/${job.id}`).json(job);
  });

  router.get('/api/jobs', (request, response) => {
    const limit = readCount(request.query.limit, 'limit', 50);
    response.json(jobs.list(Math.min(limit, MOST_LISTED)));
  });

  router.get('/api/jobs/:id', (request, response) => {
    response.json(find(jobs, request.params.id));
  });

  router.get('/api/jobs/:id/events', (request, response) => {
    const { id } = find(jobs, request.params.id);
    const last = request.get('last-event-id') ?? request.query.since;
    const since = readCount(last, 'since', 0);
    if (request.accepts(['json', 'text/event-stream']) === 'text/event-stream') {
      stream(jobs, id, since, response);
    } else response.json(jobs.eventsOf(id, since));
  });

  for (const action of ['interrupt', 'skip', 'cancel'] as const) {
    router.post(`/api/jobs/:id/${action}`, (request, response) => {
      jobs[action](request.params.id);
      response.json(find(jobs, request.params.id));
    });
  }

  router.delete('/api/jobs/:id', (request, response) => {
    const job = find(jobs, request.params.id);
    if (!FINISHED_STATES.includes(job.state)) jobs.cancel(job.id);
    response.json(find(jobs, job.id));
  });

  router.get(
    '/api/images/:id',
    (request: Request<{ id: string }>, response: Response, next: NextFunction) => {
      const file = gallery.find(request.params.id);
      if (file === null) throw new TapestryError('NOT_FOUND');
      sendPicture(response, { ...file, etag: file.sha256 }, next);
    },
  );

  return router;
}

function find(jobs: JobService, id: string): Job {
  const job = jobs.get(id);
  if (job === null) throw new TapestryError('UNKNOWN_JOB', { value: id });
  return job;
}

function readKey(request: Request): string | undefined {
  const key = request.get('idempotency-key');
  if (key === undefined) return undefined;
  if (key !== '' && key.length <= LONGEST_KEY) return key;
  const accepted = `1 to ${LONGEST_KEY} characters`;
  throw new TapestryError('INVALID_FIELD', { field: 'Idempotency-Key', value: key, accepted });
}

function readCount(value: unknown, field: string, fallback: number): number {
  if (value === undefined || value === '') return fallback;
  const count = Number(value);
  if (Number.isSafeInteger(count) && count >= 0) return count;
  throw new TapestryError('INVALID_FIELD', { field, value, accepted: 'a whole number from 0' });
}

/** Server-sent events: what is stored after `since`, then what comes, until the job is finished. */
function stream(jobs: JobService, id: string, since: number, response: Response): void {
  response.set({
    'content-type': 'text/event-stream',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  });
  response.flushHeaders();
  const send = (event: JobEvent) => {
    if (event.jobId !== id) return;
    response.write(`id: ${event.seq}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`);
    if (FINISHED_STATES.includes(event.job.state)) end();
  };
  const heartbeat = setInterval(() => response.write(': here\n\n'), HEARTBEAT_MS);
  const unsubscribe = jobs.onEvent(send);
  const end = () => {
    clearInterval(heartbeat);
    unsubscribe();
    response.end();
  };
  response.once('close', end);
  const stored = jobs.eventsOf(id, since);
  for (const [index, event] of stored.entries()) {
    // Stored events tell the job as it is now: only the newest of them may end the stream.
    if (index === stored.length - 1) send(event);
    else response.write(`id: ${event.seq}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`);
  }
  if (stored.length === 0 && FINISHED_STATES.includes(find(jobs, id).state)) end();
}
