import { once } from 'node:events';
import type { Request, Response } from 'express';
import { TapestryError } from '#contracts/errors.ts';
import { FINISHED_STATES, type Job, type JobEvent } from '#contracts/job.ts';
import type { Gallery } from '../gallery/gallery.ts';
import { digestOf } from '../queue/digest.ts';
import type { JobService, SubmitInput } from '../services.ts';
import { JOB_BODY_SCHEMA } from './prepare.ts';
import type { Route } from './route.ts';
import { sendPicture } from './send-picture.ts';

export interface JobRoutesDeps {
  jobs: JobService;
  gallery: Pick<Gallery, 'find'>;
  /** Checks and resolves a body (`task` and the request's fields). Throws what the client should read. */
  prepare: (body: unknown, source: Job['source']) => SubmitInput | Promise<SubmitInput>;
}

const LONGEST_KEY = 200;
const USUALLY_LISTED = 50;
const MOST_LISTED = 1000;
/** Proxies close streams that are silent for a minute. */
const HEARTBEAT_MS = 25_000;

const tag = 'jobs';

/** The native API of jobs and their pictures. */
export function jobRoutes(deps: JobRoutesDeps): Route[] {
  const { jobs } = deps;
  const one = (request: Request) => find(jobs, String(request.params.id));
  const actions = (['interrupt', 'skip', 'cancel'] as const).map((action): Route => {
    const handle = (request: Request) => {
      jobs[action](String(request.params.id));
      return one(request);
    };
    return { method: 'post', path: `/api/jobs/:id/${action}`, summary: SUMMARY[action], tag, handle };
  });
  return [
    {
      method: 'post',
      path: '/api/jobs',
      summary: 'Accepts a job: 202. The same Idempotency-Key and body give the same job',
      tag,
      body: JOB_BODY_SCHEMA,
      handle: (request, response) => submit(deps, request, response),
    },
    {
      method: 'get',
      path: '/api/jobs',
      summary: 'Waiting and running jobs in order, then the newest finished ones',
      tag,
      query: { limit: { type: 'integer', minimum: 0, maximum: MOST_LISTED, default: USUALLY_LISTED } },
      handle: ({ query }) =>
        jobs.list(Math.min(readCount(query.limit, 'limit', USUALLY_LISTED), MOST_LISTED)),
    },
    { method: 'get', path: '/api/jobs/:id', summary: 'A job with its pictures', tag, handle: one },
    {
      method: 'delete',
      path: '/api/jobs/:id',
      summary: 'Cancels a job that is not finished',
      tag,
      handle: (request) => {
        const job = one(request);
        if (!FINISHED_STATES.includes(job.state)) jobs.cancel(job.id);
        return one(request);
      },
    },
    ...actions,
    {
      method: 'get',
      path: '/api/jobs/:id/events',
      summary: 'Numbered events of a job, as a list or as text/event-stream',
      tag,
      query: { since: { type: 'integer', minimum: 0, default: 0 } },
      handle: (request, response) => events(jobs, one(request).id, request, response),
    },
    {
      method: 'get',
      path: '/api/images/:id',
      summary: 'The bytes of a picture',
      tag,
      handle: (request, response) => {
        const file = deps.gallery.find(String(request.params.id));
        if (file === null) throw new TapestryError('NOT_FOUND');
        return sendPicture(response, { ...file, etag: file.sha256 });
      },
    },
  ];
}

const SUMMARY = {
  interrupt: 'Finishes the step and saves what is there; a second time ends the engine',
  skip: 'Drops the rest of the batch and goes on with the next',
  cancel: 'Drops the job; a second time ends the engine',
};

async function submit({ jobs, prepare }: JobRoutesDeps, request: Request, response: Response): Promise<Job> {
  const source = request.get('x-tapestry-client') === 'ui' ? 'ui' : 'api';
  const idempotencyKey = readKey(request);
  const input = await prepare(request.body, source);
  const job = await jobs.submit({
    ...input,
    bodyDigest: digestOf(request.body),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  });
  response.status(202).location(`${request.baseUrl}/api/jobs/${job.id}`);
  return job;
}

async function events(jobs: JobService, id: string, request: Request, response: Response) {
  const since = readCount(request.get('last-event-id') ?? request.query.since, 'since', 0);
  if (request.accepts(['json', 'text/event-stream']) !== 'text/event-stream') return jobs.eventsOf(id, since);
  return stream(jobs, id, since, response);
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
async function stream(jobs: JobService, id: string, since: number, response: Response): Promise<void> {
  response.set({ 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
  // A proxy or our own compression would hold events back until they fill a block.
  response.set('cache-control', 'no-store, no-transform');
  response.flushHeaders();
  const send = (event: JobEvent) =>
    response.write(`id: ${event.seq}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`);

  let last = since;
  for (let page = jobs.eventsOf(id, last); page.length > 0; page = jobs.eventsOf(id, last)) {
    for (const event of page) send(event);
    last = page.at(-1)!.seq;
    if (response.writableNeedDrain) await Promise.race([once(response, 'drain'), once(response, 'close')]);
    if (response.destroyed) return;
  }
  if (FINISHED_STATES.includes(find(jobs, id).state)) return void response.end();
  // Nothing falls between: no event can come since the last page was empty.
  const heartbeat = setInterval(() => response.write(': here\n\n'), HEARTBEAT_MS);
  const unsubscribe = jobs.onEvent((event) => {
    if (event.jobId !== id) return;
    send(event);
    if (FINISHED_STATES.includes(event.job.state)) response.end();
  });
  response.once('close', () => {
    clearInterval(heartbeat);
    unsubscribe();
  });
}
