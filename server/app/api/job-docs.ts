import { JOB_BODY_SCHEMA } from './prepare.ts';
import type { Route } from './route.ts';

const tag = 'jobs';
const job = '/api/jobs/:id';

/** What `/openapi.json` says of jobs, pictures and uploads, which have routers of their own. */
export const JOB_DOCS: readonly Omit<Route, 'handle'>[] = [
  {
    method: 'post',
    path: '/api/jobs',
    summary:
      'Queues a job; answers 202 once it is stored. Header Idempotency-Key: the same key makes one job',
    tag,
    body: JOB_BODY_SCHEMA,
  },
  {
    method: 'get',
    path: '/api/jobs',
    summary: 'Jobs: unfinished ones in order, then the newest',
    tag,
    query: { limit: { type: 'integer' } },
  },
  { method: 'get', path: job, summary: 'One job', tag },
  { method: 'delete', path: job, summary: 'Cancels a job', tag },
  {
    method: 'get',
    path: `${job}/events`,
    summary: 'Its numbered events, as JSON or as a stream (text/event-stream)',
    tag,
    query: { since: { type: 'integer' } },
  },
  {
    method: 'post',
    path: `${job}/interrupt`,
    summary: 'Ends it after its step and keeps what is there',
    tag,
  },
  { method: 'post', path: `${job}/skip`, summary: 'Goes on with its next batch', tag },
  { method: 'post', path: `${job}/cancel`, summary: 'Drops it after its step', tag },
  { method: 'get', path: '/api/images/:id', summary: 'A picture', tag },
  { method: 'post', path: '/api/uploads', summary: 'Stores a picture (multipart, field "file")', tag },
  { method: 'get', path: '/api/uploads/:id', summary: 'An uploaded picture', tag },
];
