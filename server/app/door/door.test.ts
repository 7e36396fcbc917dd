import type { IncomingMessage } from 'node:http';
import request from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import { createTestServer, OPEN_DOOR, type TestServer } from '../api/testing/test-server.ts';
import { checkBasic } from './credentials.ts';
import { createDoor } from './door.ts';
import { type DoorConfig, exposureFault, parseCredentials } from './door-config.ts';
import { isAllowedOrigin, isOwnHost } from './origins.ts';
import { createSessions } from './session.ts';

let server: TestServer | null = null;
afterEach(() => server?.close());

async function open(door: Partial<DoorConfig> = {}) {
  server = await createTestServer(door);
  return request(server.app);
}

const users = (text: string) => parseCredentials(text);
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('exposure', () => {
  it.each([
    [{ bindHost: '127.0.0.1' }, true],
    [{ bindHost: 'localhost' }, true],
    [{ bindHost: '::1' }, true],
    [{ bindHost: '0.0.0.0' }, false],
    [{ bindHost: '192.168.1.5' }, false],
    [{ bindHost: '0.0.0.0', uiAuth: users('a:b') }, true],
    [{ bindHost: '0.0.0.0', apiAuth: users('a:b') }, true],
    [{ bindHost: '0.0.0.0', allowOpen: true }, true],
  ])('%j may start: %s', (door, may) => {
    expect(exposureFault({ ...OPEN_DOOR, ...door }) === null).toBe(may);
  });
});

describe('hosts', () => {
  it.each([
    ['127.0.0.1:7860', true],
    ['localhost:7860', true],
    ['[::1]:7860', true],
    ['192.168.1.5', true],
    [undefined, true],
    ['evil.example', false],
    ['localhost.evil.example', false],
    ['127.0.0.1.evil.example', false],
    ['gpu-box', false],
    ['evil.example@127.0.0.1', false],
    ['a b', false],
  ])('on loopback %j is its own: %s', (host, own) => {
    expect(isOwnHost(host, OPEN_DOOR)).toBe(own);
  });

  it.each([
    ['gpu-box:7860', true],
    ['gpu-box.local', true],
    ['paint.example', true],
    ['friend.example', true],
    ['evil.example', false],
  ])('for the network %j is its own: %s', (host, own) => {
    const rules = {
      ...OPEN_DOOR,
      bindHost: '0.0.0.0',
      names: ['paint.example'],
      corsOrigins: ['https://friend.example'],
    };
    expect(isOwnHost(host, rules)).toBe(own);
  });

  it('refuses any request under a foreign name, reading too', async () => {
    const app = await open();
    const { body } = await app.get('/api/options').set('host', 'evil.example').expect(403);
    expect(body.error).toMatchObject({ code: 'FOREIGN_HOST', value: 'evil.example' });
    const sdapi = await app.get('/sdapi/v1/options').set('host', 'evil.example').expect(403);
    expect(sdapi.body).toMatchObject({
      error: 'HTTPException',
      detail: expect.stringContaining('--server-name'),
    });
  });
});

describe('origins', () => {
  it.each([
    [undefined, true],
    ['http://127.0.0.1:7860', true],
    ['https://127.0.0.1:7860', true],
    ['http://127.0.0.1:7861', false],
    ['http://evil.example', false],
    ['null', false],
    ['file://', false],
    ['', false],
  ])('%j may change state at 127.0.0.1:7860: %s', (origin, may) => {
    expect(isAllowedOrigin(origin, '127.0.0.1:7860', OPEN_DOOR)).toBe(may);
  });

  it('takes default ports for what they are', () => {
    expect(isAllowedOrigin('https://paint.example', 'paint.example', OPEN_DOOR)).toBe(true);
  });

  it.each(['/api/options', '/sdapi/v1/txt2img', '/sdapi/v1/interrupt', '/internal/progress', '/login'])(
    'refuses a foreign page that posts to %s',
    async (path) => {
      const app = await open();
      await app.post(path).set('origin', 'http://evil.example').send({}).expect(403);
    },
  );

  it('lets pages in that flags allow, and answers their preflight', async () => {
    const app = await open({
      corsOrigins: ['https://lite.example'],
      corsPattern: /^https:\/\/.*\.trusted\.example$/,
    });
    for (const origin of ['https://lite.example', 'https://a.trusted.example']) {
      const { headers } = await app.post('/sdapi/v1/interrupt').set('origin', origin).expect(200);
      expect(headers).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        vary: expect.stringContaining('Origin'),
      });
    }
    const preflight = await app
      .options('/sdapi/v1/txt2img')
      .set({
        origin: 'https://lite.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      })
      .expect(200);
    expect(preflight.headers['access-control-allow-headers']).toBe('content-type');
    const foreign = await app.get('/sdapi/v1/options').set('origin', 'http://evil.example').expect(200);
    expect(foreign.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('sends no credentials rule with *', async () => {
    const app = await open({ corsOrigins: ['*'] });
    const { headers } = await app.get('/sdapi/v1/options').set('origin', 'http://any.example').expect(200);
    expect(headers['access-control-allow-origin']).toBe('http://any.example');
    expect(headers['access-control-allow-credentials']).toBeUndefined();
  });
});

describe('--api-auth', () => {
  const door = { apiAuth: users('bot:secret:with:colons,second:two') };

  it.each([
    [undefined, 'Not authenticated'],
    ['Bearer abc', 'Not authenticated'],
    ['Basic %%%', 'Invalid authentication credentials'],
    [basic('nocolon'), 'Invalid authentication credentials'],
    [basic('bot:wrong'), 'Incorrect username or password'],
    [basic('nobody:secret'), 'Incorrect username or password'],
  ])('answers %j with "%s", and asks no browser', async (header, detail) => {
    const app = await open(door);
    const call = app.get('/sdapi/v1/options');
    const { body, headers } = await (header === undefined ? call : call.set('authorization', header)).expect(
      401,
    );
    expect(body).toEqual({ error: 'HTTPException', detail, body: '', errors: '' });
    expect(headers['www-authenticate']).toBeUndefined();
  });

  it('lets each of its users in', async () => {
    const app = await open(door);
    for (const user of ['bot:secret:with:colons', 'second:two']) {
      await app.get('/sdapi/v1/options').set('authorization', basic(user)).expect(200);
    }
  });

  it('covers every other API too, and leaves the documentation open', async () => {
    const app = await open(door);
    const { headers } = await app.get('/api/options').expect(401);
    expect(headers['www-authenticate']).toContain('Basic');
    await app.get('/internal/pending-tasks').expect(401);
    for (const path of ['/docs', '/openapi.json', '/internal/ping']) await app.get(path).expect(200);
  });

  it('is not there without the flag: a stray header is ignored', async () => {
    const app = await open();
    await app.get('/sdapi/v1/options').set('authorization', basic('')).expect(200);
    await app.get('/sdapi/v1/options').set('authorization', 'Basic %%%').expect(200);
  });
});

describe('--gradio-auth', () => {
  const door = { uiAuth: users('ann:pass word') };
  const login = (app: Awaited<ReturnType<typeof open>>, password: string) =>
    app.post('/login').type('form').send({ username: 'ann', password });

  it('sends people to the login and programs a 401', async () => {
    const app = await open(door);
    const page = await app.get('/').set('accept', 'text/html').expect(303);
    expect(page.headers.location).toBe('/login');
    const { body } = await app.get('/api/options').expect(401);
    expect(body.error.code).toBe('UNAUTHORIZED');
  });

  it('lets the right password in by cookie, and out again', async () => {
    const app = await open(door);
    const form = await app.get('/login').expect(200);
    expect(form.text).toContain('autocomplete="current-password"');
    const { headers, body } = await login(app, 'pass word').expect(200);
    expect(body).toEqual({ success: true });
    const cookie = headers['set-cookie']?.[0] ?? '';
    expect(cookie).toMatch(/^tapestry_session=.+; Path=\/; HttpOnly; SameSite=Lax/);
    await app.get('/api/options').set('cookie', cookie).expect(200);
    const bye = await app.post('/logout').set('cookie', cookie).expect(303);
    expect(bye.headers['set-cookie']?.[0]).toContain('Max-Age=0');
  });

  it('refuses the wrong one, also in the page', async () => {
    const app = await open(door);
    expect((await login(app, 'nope').expect(400)).body).toEqual({ detail: 'Incorrect credentials.' });
    const page = await login(app, 'nope').set('accept', 'text/html').expect(400);
    expect(page.text).toContain('User name or password is wrong.');
  });

  it('accepts Basic on native routes, for scripts', async () => {
    const app = await open(door);
    await app.get('/api/options').set('authorization', basic('ann:pass word')).expect(200);
  });

  it('covers /sdapi only where others can reach it', async () => {
    await (await open(door)).get('/sdapi/v1/options').expect(200);
    server?.close();
    const exposed = await open({ ...door, bindHost: '0.0.0.0' });
    expect((await exposed.get('/sdapi/v1/options').expect(401)).body.detail).toBe('Not authenticated');
    await exposed.get('/sdapi/v1/options').set('authorization', basic('ann:pass word')).expect(200);
  });

  it('answers a login that nobody asked for', async () => {
    const app = await open();
    await login(app, 'x').expect(200);
  });
});

describe('sessions', () => {
  it('end with the time, the password, the secret, and any change of the cookie', () => {
    let now = 0;
    const sessions = createSessions('s', users('ann:1'), () => now);
    const cookie = sessions.cookieFor('ann', { path: '/', secure: true }).split(';')[0]!;
    expect(sessions.userOf(`a=b; ${cookie}`)).toBe('ann');
    expect(sessions.userOf(cookie.replace(/.$/, (char) => (char === 'A' ? 'B' : 'A')))).toBeNull();
    expect(createSessions('s', users('ann:2'), () => now).userOf(cookie)).toBeNull();
    expect(createSessions('t', users('ann:1'), () => now).userOf(cookie)).toBeNull();
    expect(createSessions('s', users('bob:1'), () => now).userOf(cookie)).toBeNull();
    now = 31 * 24 * 3600 * 1000;
    expect(sessions.userOf(cookie)).toBeNull();
    expect(sessions.userOf(undefined)).toBeNull();
    expect(sessions.userOf('tapestry_session=..')).toBeNull();
  });
});

describe('the socket', () => {
  const handshake = (headers: Record<string, string>) => ({ headers }) as unknown as IncomingMessage;

  it('follows the same rules', () => {
    const door = createDoor({ ...OPEN_DOOR, uiAuth: users('ann:1') });
    const host = '127.0.0.1:7860';
    const cookie = door.sessions.cookieFor('ann', { path: '/', secure: false }).split(';')[0]!;
    expect(door.allowRequest(handshake({ host, cookie, origin: `http://${host}` }))).toBe(true);
    expect(door.allowRequest(handshake({ host, origin: `http://${host}` }))).toBe(false);
    expect(door.allowRequest(handshake({ host, cookie, origin: 'http://evil.example' }))).toBe(false);
    expect(door.allowRequest(handshake({ host: 'evil.example', cookie }))).toBe(false);
  });
});

describe('credentials', () => {
  it('are pairs, split at the first colon', () => {
    expect([...users(' a:b:c , d:e\nf:g ')]).toEqual([
      ['a', 'b:c'],
      ['d', 'e'],
      ['f', 'g'],
    ]);
    expect(() => users('a:b,secret')).toThrow(/entry 2 does not/);
    expect(() => users('a:')).toThrow();
  });

  it('are compared exactly', () => {
    expect(checkBasic(basic('A:b'), users('a:b'))).toBe('wrong');
    expect(checkBasic(`basic ${Buffer.from('a:b').toString('base64')}`, users('a:b'))).toBe('ok');
  });
});
