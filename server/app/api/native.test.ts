import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestServer, type TestServer } from './testing/test-server.ts';
import { pageRouter, policyOf } from './ui.ts';

let server: TestServer;
beforeEach(async () => {
  server = await createTestServer();
});
afterEach(() => server.close());

const get = (path: string) => request(server.app).get(path);
const post = (path: string, body?: object) => request(server.app).post(path).send(body);

describe('native routes', () => {
  it('give the schema of options, and their values', async () => {
    const schema = (await get('/api/options/schema').expect(200)).body;
    expect(schema[0]).toMatchObject({ key: 'samples_save', type: 'boolean', default: true, effective: true });
    expect((await get('/api/options').expect(200)).body).toMatchObject({ samples_save: true });
  });

  it.each(['post', 'patch'] as const)(
    'save options by %s, all or none, naming the unknown',
    async (method) => {
      const { body } = await request(server.app)
        [method]('/api/options')
        .send({ jpeg_quality: 60, nope: 1 })
        .expect(200);
      expect(body).toEqual({ unknown: ['nope'] });
      expect(server.settings.get('jpeg_quality')).toBe(60);
      await request(server.app)[method]('/api/options').send([1]).expect(422);
    },
  );

  it('list models without telling where they lie', async () => {
    const { body } = await get('/api/models').expect(200);
    expect(body.current).toBe('tree.safetensors [ababababab]');
    expect(body.checkpoints[0]).toMatchObject({
      title: 'tree.safetensors [ababababab]',
      family: 'sd1',
      nativeWidth: 128,
      nativeHeight: 192,
      defaults: { steps: 25 },
      description: 'Draws trees.',
    });
    expect(JSON.stringify(body)).not.toContain('/models/');
    expect((await post('/api/models/refresh').expect(200)).body.checkpoints).toHaveLength(4);
  });

  it('list samplers, schedules, extensions and their problems', async () => {
    expect((await get('/api/samplers').expect(200)).body[0]).toMatchObject({ name: 'DPM++ 2M' });
    expect((await get('/api/schedulers').expect(200)).body[0]).toMatchObject({ label: 'Automatic' });
    expect((await get('/api/extensions').expect(200)).body[0]).toMatchObject({ id: 'glow', enabled: true });
    expect((await get('/api/extensions/problems').expect(200)).body[0]).toMatchObject({ id: 'bad' });
  });

  it('count tokens and refuse what is no text', async () => {
    expect((await post('/api/token-count', { text: 'a red apple' }).expect(200)).body).toEqual({
      count: 3,
      max: 75,
    });
    const { body } = await post('/api/token-count', { text: 5 }).expect(422);
    expect(body.error).toMatchObject({ field: 'text', value: '5' });
  });

  it('read an infotext', async () => {
    const text =
      'an apple\nSteps: 9, Sampler: Euler, CFG scale: 3, Seed: 7, Size: 64x96, Eta: 0.5, Odd: thing';
    expect((await post('/api/infotext/parse', { text }).expect(200)).body).toEqual({
      fields: {
        prompt: 'an apple',
        negative_prompt: '',
        steps: 9,
        sampler_name: 'Euler',
        cfg_scale: 3,
        seed: 7,
        width: 64,
        height: 96,
        override_settings: { eta_ancestral: 0.5 },
      },
      unknown: { Odd: 'thing' },
    });
  });

  it.each([
    ['Steps: 0, Sampler: Euler, Seed: 1', { Steps: '0' }],
    ['Steps: 5, Sampler: Euler, Seed: abc', { Seed: 'abc' }],
    ['Steps: 5, Sampler: Euler, Size: 99999x5', { Size: '99999x5' }],
    ['Steps: 5, Sampler: Euler, Clip skip: 99', { 'Clip skip': '99' }],
  ])('leave what makes no sense aside: %s', async (line, unknown) => {
    expect((await post('/api/infotext/parse', { text: `x\n${line}` })).body.unknown).toEqual(unknown);
  });

  it('swap the checkpoint only where settings say so', async () => {
    const text = 'x\nSteps: 5, Sampler: Euler, Model hash: 0000000000, Model: other';
    expect((await post('/api/infotext/parse', { text })).body.fields.override_settings).toBeUndefined();
    await post('/api/options', { disable_weights_auto_swap: false }).expect(200);
    expect((await post('/api/infotext/parse', { text })).body.fields.override_settings).toEqual({
      sd_model_checkpoint: 'sub/other.safetensors',
    });
  });

  it('tell what a checkpoint recommends', async () => {
    expect((await get('/api/defaults').expect(200)).body).toEqual({
      checkpoint: 'tree.safetensors [ababababab]',
      width: 128,
      height: 192,
      steps: 25,
      examples: ['a tree'],
    });
    expect((await get('/api/defaults?checkpoint=other').expect(200)).body).toMatchObject({ width: 512 });
    expect((await get('/api/defaults?checkpoint=nope').expect(404)).body.error.code).toBe(
      'UNKNOWN_CHECKPOINT',
    );
  });

  it('tell version and engine', async () => {
    expect((await get('/api/status').expect(200)).body).toMatchObject({ state: 'ready', provider: 'cpu' });
  });
});

describe('prepare', () => {
  it.each([
    [{ width: 0 }, 'width', 'a whole number from 1 to 8192'],
    [{ width: 'abc' }, 'width', 'a whole number from 1 to 8192'],
    [{ steps: 1e9 }, 'steps', 'a whole number from 1 to 1000'],
    [{ prompt: 5 }, 'prompt', 'a text of at most 200000 characters'],
    [{ seed: 1.5 }, 'seed', 'a whole number'],
    [{ tiling: 'x' }, 'tiling', 'true or false or null'],
    [{ eta: -1 }, 'eta', 'a number, at least 0 or null'],
    [{ styles: 'x' }, 'styles', 'a list'],
    [{ extensions: [] }, 'extensions', 'an object'],
    [{ task: 'video' }, 'task', 'txt2img'],
    [
      { override_settings: { jpeg_quality: 0 } },
      'override_settings.jpeg_quality',
      'a whole number from 1 to 100',
    ],
    [{ extensions: { glow: { amount: 99 } } }, 'extensions.glow.amount', 'a number from 0 to 10'],
  ])('refuses %j', async (body, field, accepted) => {
    await expect(server.prepare(body, 'api')).rejects.toMatchObject({
      code: 'INVALID_FIELD',
      params: { field, accepted },
    });
  });

  it.each([[null], [[]], ['text'], [undefined]])('refuses the body %j', async (body) => {
    await expect(server.prepare(body, 'api')).rejects.toMatchObject({ params: { field: 'body' } });
  });

  it('draws seeds once, keeps given ones, and resolves all names', async () => {
    const input = await server.prepare({ sampler_name: 'k_euler_a', scheduler: 'karras', save: false }, 'ui');
    expect(input).toMatchObject({
      request: {
        seed: 4242,
        subseed: 4242,
        sampler_name: 'Euler a',
        scheduler: 'Karras',
        width: 128,
        height: 192,
      },
      checkpoint: {
        name: 'tree.safetensors',
        title: 'tree.safetensors [ababababab]',
        sha256: 'ab'.repeat(32),
      },
      options: { sd_model_checkpoint: 'tree.safetensors [ababababab]' },
      save: false,
      source: 'ui',
    });
    expect((await server.prepare({ seed: 0 }, 'ui')).request.seed).toBe(0);
    expect((await server.prepare({}, 'ui')).save).toBe(true);
  });

  it('waits for the hash, so that a picture is the same before and after it is known', async () => {
    const input = await server.prepare({ override_settings: { sd_model_checkpoint: 'other' } }, 'api');
    expect(input.checkpoint.sha256).toBe('cd'.repeat(32));
  });
});

describe('documentation', () => {
  it('describes every route', async () => {
    const { body } = await get('/openapi.json').expect(200);
    expect(
      body.paths['/sdapi/v1/txt2img'].post.requestBody.content['application/json'].schema.properties.steps,
    ).toEqual({
      anyOf: [{ type: 'integer', minimum: 1, maximum: 1000 }, { type: 'null' }],
      default: 50,
    });
    expect(Object.keys(body.paths)).toContain('/api/jobs/{id}');
    expect(body.paths['/sdapi/v1/options']).toHaveProperty('post');
  });

  it('shows Swagger UI with local files alone', async () => {
    const { text, headers } = await get('/docs').expect(200);
    expect(text).not.toMatch(/https?:\/\//);
    expect(headers['content-security-policy']).toContain("script-src 'self';");
    await get('/docs/swagger-ui-bundle.js').expect(200);
    expect((await get('/docs/start.js').expect(200)).text).toContain('validatorUrl: null');
  });
});

describe('the page', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tapestry-ui-'));
    mkdirSync(join(folder, '_next/static'), { recursive: true });
    writeFileSync(
      join(folder, 'index.html'),
      '<html><script>start()</script><script src="./a.js"></script></html>',
    );
    writeFileSync(join(folder, 'settings.html'), '<html>settings</html>');
    writeFileSync(join(folder, '_next/static/a1b2.js'), 'code');
    writeFileSync(join(folder, 'icon.svg'), '<svg/>');
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const page = (path: string) => request(express().use(pageRouter(folder))).get(path);

  it('is asked for anew, and runs its own scripts alone', async () => {
    const { headers, text } = await page('/').expect(200);
    expect(text).toContain('start()');
    expect(headers['cache-control']).toBe('no-cache');
    expect(headers['content-security-policy']).toMatch(/script-src 'self' 'sha256-[\w+/]+=*'; /);
    expect((await page('/settings').expect(200)).text).toContain('settings');
  });

  it('keeps files that are named by their content', async () => {
    expect((await page('/_next/static/a1b2.js').expect(200)).headers['cache-control']).toContain('immutable');
    expect((await page('/icon.svg').expect(200)).headers['cache-control']).toBe('no-cache');
  });

  it.each(['/nothing', '/..%2f..%2fetc/passwd', '/%2e%2e/secret', '/..%5csecret', '/a%00b'])(
    'has no %s',
    async (path) => {
      const { status } = await page(path);
      expect([403, 404]).toContain(status);
    },
  );

  it('says how to build it where it is not there', async () => {
    rmSync(join(folder, 'index.html'));
    expect((await page('/').expect(503)).text).toContain('npm run build:web');
  });

  it('hashes each inline script once', () => {
    const policy = policyOf('<script>a</script><script async>a</script><script type="x" src="b"></script>');
    expect(policy.match(/'sha256-/g)).toHaveLength(1);
  });
});
