import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';
import { type FlagsExit, parseFlags, toCmdFlags } from './flags.ts';
import { listen } from './listen.ts';

/** What the command line prints instead of starting. */
function exitOf(argv: string[]): FlagsExit {
  try {
    parseFlags(argv);
  } catch (error) {
    return error as FlagsExit;
  }
  throw new Error('it started');
}

describe('flags', () => {
  it('have defaults', () => {
    expect(parseFlags([])).toMatchObject({
      listen: false,
      api: true,
      nowebui: false,
      device: 'auto',
      subpath: '',
    });
  });

  it('take the names of A1111', () => {
    const argv = [
      '--port',
      '7999',
      '--listen',
      '--api',
      '--data-dir=/d',
      '--ckpt-dir',
      '/a',
      '--ckpt-dir',
      '/b',
    ];
    expect(
      parseFlags([...argv, '--device', 'cpu', '--api-auth', 'a:b', '--cors-allow-origins=https://x']),
    ).toMatchObject({
      port: 7999,
      listen: true,
      api: true,
      dataDir: '/d',
      ckptDir: ['/a', '/b'],
      device: 'cpu',
      apiAuth: 'a:b',
      corsAllowOrigins: 'https://x',
    });
    expect(parseFlags(['--no-api']).api).toBe(false);
  });

  it('take what tunes PyTorch without effect, and say so', () => {
    const { ignored } = parseFlags(['--xformers', '--no-half-vae', '--precision', 'full', '--install-cuda']);
    expect(ignored).toEqual(['--xformers', '--no-half-vae', '--precision']);
  });

  it.each([
    [['--prot', '1'], 'Did you mean --port?'],
    [['--no-webui'], 'Did you mean --nowebui?'],
    [['--api-aut', 'a:b'], 'Did you mean --api-auth?'],
    [['--port', '99999'], 'from 1 to 65535'],
    [['--device', 'gpu'], 'Allowed choices are auto, cpu'],
    [['--port'], 'argument missing'],
    [['stray'], 'too many arguments'],
  ])('%j is an error that helps', (argv, text) => {
    const { message, exitCode } = exitOf(argv);
    expect(message).toContain(text);
    expect(exitCode).toBe(1);
  });

  it('print help and version', () => {
    expect(exitOf(['--help'])).toMatchObject({
      exitCode: 0,
      message: expect.stringContaining('--gradio-auth'),
    });
    expect(exitOf(['--version'])).toMatchObject({
      exitCode: 0,
      message: expect.stringMatching(/^Tapestry \d/),
    });
  });

  it('show no password to clients', () => {
    const shown = toCmdFlags(
      parseFlags(['--api-auth', 'a:secret', '--gradio-auth', 'b:secret', '--port', '80']),
    );
    expect(JSON.stringify(shown)).not.toContain('secret');
    expect(shown).toMatchObject({ port: '80', api_auth: '***', no_half: false });
  });
});

describe('configuration', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tapestry-config-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const read = (...argv: string[]) => readConfig(parseFlags(['--data-dir', folder, ...argv]), folder);

  it('puts the folders of the user before those of the program', async () => {
    const { paths } = await read('--ckpt-dir', 'more');
    expect(paths.checkpoints).toEqual([
      join(folder, 'models/Stable-diffusion'),
      join(folder, 'more'),
      join(paths.program, 'models/Stable-diffusion'),
    ]);
    expect(paths.extensions).toEqual([join(paths.program, 'extensions'), join(folder, 'extensions')]);
  });

  it('keeps the session key over restarts, to itself', async () => {
    const first = (await read()).door.secret;
    expect(first).toHaveLength(64);
    expect((await read()).door.secret).toBe(first);
    expect(readFileSync(join(folder, '.tapestry/session-key'), 'utf8')).toBe(first);
  });

  it('reads logins from a file and from the flag', async () => {
    writeFileSync(join(folder, 'logins'), 'a:1\nb:2\n');
    const { door } = await read('--gradio-auth-path', 'logins', '--gradio-auth', 'c:3');
    expect([...door.uiAuth.keys()]).toEqual(['c', 'a', 'b']);
  });

  it('knows where to bind, and under which port', async () => {
    expect((await read()).door.bindHost).toBe('127.0.0.1');
    expect((await read('--listen', '--server-name', 'paint.example')).door).toMatchObject({
      bindHost: '0.0.0.0',
      names: ['paint.example'],
    });
    expect(await read('--nowebui')).toMatchObject({ port: null, firstPort: 7861 });
  });

  it('refuses patterns, paths and credentials that cannot be', async () => {
    await expect(read('--cors-allow-origins-regex', '(')).rejects.toThrow();
    await expect(read('--subpath', 'a b')).rejects.toThrow(/--subpath/);
    await expect(read('--api-auth', 'nocolon')).rejects.toThrow(/user:password/);
  });
});

describe('listening', () => {
  it('takes the next free port, and says which one is taken', async () => {
    const first = createServer();
    await listen(first, { host: '127.0.0.1', port: null, firstPort: 20_000 + (process.pid % 20_000) });
    const { port } = first.address() as AddressInfo;
    const second = createServer();
    await listen(second, { host: '127.0.0.1', port: null, firstPort: port });
    expect((second.address() as AddressInfo).port).toBeGreaterThan(port);
    await expect(listen(createServer(), { host: '127.0.0.1', port, firstPort: 1 })).rejects.toThrow(
      `port ${port} is in use`,
    );
    await expect(listen(createServer(), { host: '203.0.113.1', port, firstPort: 1 })).rejects.toThrow(
      '203.0.113.1',
    );
    first.close();
    second.close();
  });
});
