import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createTestServer } from '../api/testing/test-server.ts';
import { normalizeSubpath, serveBelow, withoutSubpath } from './subpath.ts';

describe('--subpath', () => {
  it.each([
    ['/x/api/jobs?a=1', '/api/jobs?a=1'],
    ['/x/', '/'],
    ['/x?a', '/?a'],
    ['/xy/api', '/xy/api'],
    ['/api/jobs', '/api/jobs'],
  ])('takes itself off %s', (url, expected) => {
    expect(withoutSubpath(url, '/x')).toBe(expected);
  });

  it.each([
    ['x', '/x'],
    ['/x/', '/x'],
    ['a/b-c', '/a/b-c'],
    ['', ''],
  ])('%j means %j', (flag, path) => expect(normalizeSubpath(flag)).toBe(path));

  it.each(['a b', '../x', 'x?y', '<x>'])('refuses %j', (flag) => {
    expect(() => normalizeSubpath(flag)).toThrow(/--subpath/);
  });

  it('serves with and without the prefix, for proxies that take it off and those that do not', async () => {
    const server = await createTestServer({ subpath: '/x' });
    const listening = createServer(server.app);
    serveBelow(listening, '/x');
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
    const statusOf = async (path: string) => (await fetch(url + path, { redirect: 'manual' })).status;
    expect(await statusOf('/x/internal/ping')).toBe(200);
    expect(await statusOf('/internal/ping')).toBe(200);
    expect(await statusOf('/y/internal/ping')).toBe(404);
    const bare = await fetch(`${url}/x`, { redirect: 'manual' });
    expect([bare.status, bare.headers.get('location')]).toEqual([308, '/x/']);
    listening.close();
    server.close();
  });
});
