import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express, { type ErrorRequestHandler, type Express } from 'express';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TapestryError } from '#contracts/errors.ts';
import { createUploads, type Uploads } from '../gallery/uploads.ts';
import { createTestApp, type TestApp, testInput, until } from '../queue/testing/test-app.ts';
import { jobRoutes } from './jobs.ts';
import { routerOf } from './route.ts';
import { uploadRoutes } from './uploads.ts';

let app: TestApp;
let web: Express;
let uploads: Uploads;
let uploadFolder: string;
const PNG = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(100, 1)]);

beforeEach(async () => {
  app = createTestApp();
  await app.start();
  uploadFolder = mkdtempSync(join(tmpdir(), 'tapestry-uploads-'));
  uploads = await createUploads({
    store: app.store,
    folder: uploadFolder,
    measure: async () => ({ width: 3, height: 2 }),
  });
  web = express();
  const { jobs, gallery } = app;
  const prepare = (body: unknown, source: 'ui' | 'api' | 'sdapi') => {
    const { prompt, ...more } = body as { prompt: string };
    if (prompt === 'bad') throw new TapestryError('INVALID_FIELD', { field: 'prompt', value: prompt });
    return testInput(prompt, more, { source });
  };
  web.use(express.json());
  web.use(routerOf([...jobRoutes({ jobs, gallery, prepare }), ...uploadRoutes({ uploads, maxBytes: 1000 })]));
  const onError: ErrorRequestHandler = (thrown, _request, response, _next) => {
    const error = TapestryError.from(thrown);
    response.status(error.status).json({ error: error.toRecord() });
  };
  web.use(onError);
});
afterEach(async () => {
  await app.stop();
  rmSync(uploadFolder, { recursive: true });
});

const post = (prompt: string, more = {}) =>
  request(web)
    .post('/api/jobs')
    .send({ prompt, ...more });

describe('jobs', () => {
  it('answers 202 with the stored job, then the picture', async () => {
    const accepted = await post('an apple').expect(202);
    const { id } = accepted.body;
    expect(accepted.headers.location).toBe(`/api/jobs/${id}`);
    expect(accepted.body).toMatchObject({ state: 'queued', source: 'api' });
    await app.end(accepted.body);
    const { body } = await request(web).get(`/api/jobs/${id}`).expect(200);
    expect(body).toMatchObject({ id, state: 'done' });
    const picture = await request(web).get(body.images[0].url).expect(200);
    expect(picture.headers).toMatchObject({
      'content-type': 'image/png',
      'cache-control': 'private, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    });
    expect(Buffer.from(picture.body).toString()).toBe('picture 7');
    await request(web).get(body.images[0].url).set('if-none-match', picture.headers.etag!).expect(304);
    expect((await request(web).get('/api/jobs?limit=1')).body).toHaveLength(1);
  });

  it('takes the same key and body once', async () => {
    const first = await post('one').set('Idempotency-Key', 'k1').expect(202);
    const second = await post('one').set('Idempotency-Key', 'k1').expect(202);
    expect(second.body.id).toBe(first.body.id);
    const other = await post('two').set('Idempotency-Key', 'k1').expect(409);
    expect(other.body.error.code).toBe('IDEMPOTENCY_CONFLICT');
    await post('one').set('Idempotency-Key', 'x'.repeat(201)).expect(422);
  });

  it('interrupts, skips, cancels and deletes', async () => {
    const { body: job } = await post('slow 30', { steps: 200 });
    const { body: waiting } = await post('waiting');
    await until(() => app.jobs.get(job.id)?.state === 'running');
    const deleted = await request(web).delete(`/api/jobs/${waiting.id}`).expect(200);
    expect(deleted.body.state).toBe('cancelled');
    await request(web).delete(`/api/jobs/${waiting.id}`).expect(200);
    await request(web).post(`/api/jobs/${job.id}/skip`).expect(200);
    await request(web).post(`/api/jobs/${job.id}/interrupt`).expect(200);
    expect((await app.end(job)).state).toBe('done');
    const late = await request(web).post(`/api/jobs/${job.id}/cancel`).expect(409);
    expect(late.body.error.code).toBe('JOB_FINISHED');
  });

  it('tells events as a list and as a stream that ends with the job', async () => {
    const { body: job } = await post('slow 10');
    const stream = await request(web).get(`/api/jobs/${job.id}/events`).set('accept', 'text/event-stream');
    const kinds = [...stream.text.matchAll(/^event: (\w+)$/gm)].map((match) => match[1]);
    expect(kinds).toEqual(['queued', 'started', 'image', 'done']);
    const { body: all } = await request(web).get(`/api/jobs/${job.id}/events`);
    expect(all.map((event: { kind: string }) => event.kind)).toEqual(kinds);
    const { body: later } = await request(web).get(`/api/jobs/${job.id}/events?since=${all[1].seq}`);
    expect(later).toHaveLength(2);
    const again = await request(web)
      .get(`/api/jobs/${job.id}/events`)
      .set({ accept: 'text/event-stream', 'last-event-id': String(all[3].seq) });
    expect(again.text).toBe('');
  });

  it.each([
    ['get', '/api/jobs/nobody', 404, 'UNKNOWN_JOB'],
    ['get', '/api/jobs/nobody/events', 404, 'UNKNOWN_JOB'],
    ['post', '/api/jobs/nobody/cancel', 404, 'UNKNOWN_JOB'],
    ['get', '/api/images/nobody', 404, 'NOT_FOUND'],
    ['get', '/api/images/..%2F..%2Fetc%2Fpasswd', 404, 'NOT_FOUND'],
    ['put', '/api/jobs', 405, 'METHOD_NOT_ALLOWED'],
    ['get', '/api/jobs?limit=-1', 422, 'INVALID_FIELD'],
    ['get', '/api/uploads/..%2Fx', 404, 'UNKNOWN_UPLOAD'],
  ] as const)('%s %s is %i %s', async (method, path, status, code) => {
    const { body } = await request(web)[method](path).expect(status);
    expect(body.error.code).toBe(code);
  });

  it('says what is wrong with a body', async () => {
    expect((await post('bad').expect(422)).body.error.field).toBe('prompt');
  });

  it('answers 404 for a picture whose file is gone', async () => {
    const { body } = await post('an apple');
    const job = await app.end(body);
    rmSync(join(app.folder, job.images[0]!.file!));
    await request(web).get(job.images[0]!.url).expect(404);
  });
});

describe('uploads', () => {
  const upload = (bytes: Buffer, name = 'x.png', field = 'file') =>
    request(web).post('/api/uploads').attach(field, bytes, name);
  const files = () =>
    readdirSync(uploadFolder, { recursive: true, withFileTypes: true }).filter((e) => e.isFile());

  it('stores the same bytes once, under their hash', async () => {
    const { body } = await upload(PNG, 'lie.txt').expect(201);
    expect(body).toMatchObject({ mime: 'image/png', bytes: 108, width: 3, height: 2 });
    expect(body.url).toBe(`/api/uploads/${body.id}`);
    expect((await upload(PNG).expect(201)).body.id).toBe(body.id);
    expect((await uploads.store(PNG, 'init_images')).id).toBe(body.id);
    expect(files()).toHaveLength(1);
    const { body: bytes, headers } = await request(web).get(body.url).expect(200);
    expect(Buffer.from(bytes)).toEqual(PNG);
    expect(headers['content-type']).toBe('image/png');
  });

  it('looks at the bytes, not at the name', async () => {
    const { body } = await upload(Buffer.from('<svg onload="alert(1)">')).expect(415);
    expect(body.error).toMatchObject({ code: 'UNSUPPORTED_UPLOAD', field: 'file' });
    expect(files()).toHaveLength(0);
  });

  it('refuses what is too large, misnamed or not there', async () => {
    expect((await upload(Buffer.concat([PNG, Buffer.alloc(1000)])).expect(413)).body.error.code).toBe(
      'BODY_TOO_LARGE',
    );
    expect((await upload(PNG, 'x.png', 'picture').expect(422)).body.error.field).toBe('picture');
    await request(web).post('/api/uploads').expect(422);
    await until(() => files().length === 0);
  });
});
