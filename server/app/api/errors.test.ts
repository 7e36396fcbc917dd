import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ERROR_CATALOGUE, TapestryError } from '#contracts/errors.ts';
import { a1111Body, nativeBody } from './errors.ts';
import { createTestServer, type TestServer } from './testing/test-server.ts';

let server: TestServer;
beforeEach(async () => {
  server = await createTestServer();
});
afterEach(() => server.close());

const send = (body: string, headers: Record<string, string> = {}) =>
  request(server.app).post('/sdapi/v1/txt2img').set(headers).send(body);

describe("A1111's envelopes", () => {
  it('bad JSON', async () => {
    const { body } = await send('{"prompt": "a",\n "steps": }', {
      'content-type': 'application/json',
    }).expect(422);
    expect(body).toEqual({
      detail: [
        {
          loc: ['body', 26],
          msg: 'Expecting value: line 2 column 11 (char 26)',
          type: 'value_error.jsondecode',
          ctx: { msg: 'Expecting value', doc: '{"prompt": "a",\n "steps": }', pos: 26, lineno: 2, colno: 11 },
        },
      ],
    });
  });

  it('NaN, which is no JSON', async () => {
    const { body } = await send('{"width": NaN}', { 'content-type': 'application/json' }).expect(422);
    expect(body.detail[0].type).toBe('value_error.jsondecode');
  });

  it('no body', async () => {
    const { body } = await request(server.app).post('/sdapi/v1/txt2img').expect(422);
    expect(body).toEqual({ detail: [{ loc: ['body'], msg: 'field required', type: 'value_error.missing' }] });
  });

  it('an unknown path and a wrong method', async () => {
    const missing = await request(server.app).get('/sdapi/v1/artists').expect(404);
    expect(missing.body).toEqual({ detail: 'Not Found' });
    const wrong = await request(server.app).get('/sdapi/v1/txt2img').expect(405);
    expect(wrong.body).toEqual({ detail: 'Method Not Allowed' });
    expect(wrong.headers.allow).toBe('POST');
    const both = await request(server.app).delete('/sdapi/v1/options').expect(405);
    expect(both.headers.allow).toBe('GET, POST');
  });

  it.each([
    [
      new TapestryError('QUEUE_FULL', { value: 9 }),
      'HTTPException',
      'The queue holds 9 jobs, which is its limit',
      '',
    ],
    [new TypeError('x is not a function'), 'TypeError', '', 'x is not a function'],
    [
      new TapestryError('ENGINE_STUCK', { value: '9 s' }),
      'RuntimeError',
      '',
      'The engine did not answer for 9 s and was ended',
    ],
  ])('%s', (thrown, error, detail, errors) => {
    expect(a1111Body(thrown)).toEqual({ error, detail, body: '', errors });
  });
});

describe('native errors', () => {
  it('are records that name field, value and what is accepted', async () => {
    const { body } = await request(server.app).post('/api/options').send({ jpeg_quality: 0 }).expect(422);
    expect(body).toEqual({
      error: {
        code: 'INVALID_FIELD',
        status: 422,
        message: 'jpeg_quality: 0 is not accepted; expected a whole number from 1 to 100',
        field: 'jpeg_quality',
        value: '0',
        accepted: 'a whole number from 1 to 100',
      },
    });
  });

  it.each([
    ['get', '/api/nothing', 404, 'NOT_FOUND'],
    ['delete', '/api/options', 405, 'METHOD_NOT_ALLOWED'],
    ['get', '/%E0%A4%A', 404, 'NOT_FOUND'],
  ] as const)('%s %s answers %d', async (method, path, status, code) => {
    const { body } = await request(server.app)[method](path).expect(status);
    expect(body.error).toMatchObject({ code });
  });

  it('tell where broken JSON breaks', async () => {
    const { body } = await request(server.app)
      .post('/api/options')
      .set('content-type', 'application/json')
      .send('{"a": tru}')
      .expect(422);
    expect(body.error).toMatchObject({ code: 'INVALID_FIELD', field: 'body' });
  });

  it('turn anything thrown into a record', () => {
    expect(nativeBody('a text')).toMatchObject({ error: { code: 'INTERNAL', message: 'a text' } });
  });
});

describe('bodies', () => {
  it('come as JSON by any JSON type, and as text without an Origin', async () => {
    for (const type of [
      'application/json',
      'application/json; charset=utf-8',
      'application/ld+json',
      'text/plain',
    ]) {
      await send('{"steps": 1}', { 'content-type': type }).expect(200);
    }
    expect(server.jobs.submitted).toHaveLength(4);
  });

  it('come without a type, as some clients send them', async () => {
    const listening = server.app.listen(0);
    const { port } = listening.address() as { port: number };
    const status = await new Promise((resolve) => {
      const call = httpRequest({ port, path: '/sdapi/v1/txt2img', method: 'POST' }, (res) => {
        res.resume();
        resolve(res.statusCode);
      });
      call.end('{"steps": 1}');
    });
    listening.close();
    expect(status).toBe(200);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded'])(
    'of %s from a page are not read',
    async (type) => {
      const listening = server.app.listen(0);
      const { port } = listening.address() as { port: number };
      const host = `127.0.0.1:${port}`;
      const answer = await request(`http://${host}`)
        .post('/sdapi/v1/txt2img')
        .set({ 'content-type': type, origin: `http://${host}` })
        .send('{"steps": 1}');
      listening.close();
      expect(answer.status).toBe(422);
      expect(server.jobs.submitted).toEqual([]);
    },
  );

  it('of 200 MB are refused with 413 without being kept', async () => {
    const listening = server.app.listen(0);
    const { port } = listening.address() as { port: number };
    const before = process.memoryUsage().rss;
    const length = 200_000_000;
    const answer = await new Promise<{ status: number; body: string }>((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': length };
      const call = httpRequest({ port, path: '/sdapi/v1/txt2img', method: 'POST', headers }, (res) => {
        let body = '';
        res.on('data', (chunk) => {
          body += chunk;
        });
        res.on('end', () => resolve({ status: res.statusCode ?? 0, body }));
      });
      call.on('error', reject);
      const chunk = Buffer.alloc(1_000_000, 97);
      let sent = 0;
      const pump = () => {
        while (sent < length) {
          sent += chunk.length;
          if (!call.write(chunk)) return void call.once('drain', pump);
        }
        call.end();
      };
      pump();
    });
    listening.close();
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.body)).toMatchObject({
      error: 'HTTPException',
      detail: expect.stringContaining('100 MiB'),
    });
    expect(process.memoryUsage().rss - before).toBeLessThan(120_000_000);
  });
});

describe('transport', () => {
  it('tells the time it took', async () => {
    const { headers } = await request(server.app).get('/internal/ping').expect(200);
    expect(headers['x-process-time']).toMatch(/^\d+\.\d{4}$/);
  });

  it('sends a path with a slash at its end on to the one without', async () => {
    const { headers } = await request(server.app)
      .get('/sdapi/v1/progress/?skip_current_image=true')
      .expect(307);
    expect(headers.location).toBe('/sdapi/v1/progress?skip_current_image=true');
  });

  it('compresses long answers alone', async () => {
    const long = await request(server.app)
      .get('/sdapi/v1/options')
      .set('accept-encoding', 'gzip')
      .expect(200);
    expect(long.headers['content-encoding']).toBe('gzip');
    const short = await request(server.app).get('/internal/ping').set('accept-encoding', 'gzip').expect(200);
    expect(short.headers['content-encoding']).toBeUndefined();
  });
});

describe('docs/errors.md', () => {
  it('lists exactly the codes of the catalogue, with their status', () => {
    const text = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
    const rows = [...text.matchAll(/^\| `([A-Z_]+)` +\| (\d{3}) +\|/gm)].map(([, code, status]) => [
      code,
      Number(status),
    ]);
    expect(rows).toEqual(Object.entries(ERROR_CATALOGUE).map(([code, { status }]) => [code, status]));
  });
});
