/** With a real Socket.IO client. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { io, type Socket } from 'socket.io-client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { JobEvent } from '#contracts/job.ts';
import type { ClientToServer, EngineStatus, Preview, ServerToClient, Snapshot } from '#contracts/live.ts';
import { createTestApp, type TestApp, until } from '../queue/testing/test-app.ts';
import { createLive, type Live } from './live.ts';

type Client = Socket<ServerToClient, ClientToServer>;
let app: TestApp;
let server: Server;
let live: Live;
let url: string;
const clients: Client[] = [];

beforeEach(async () => {
  app = createTestApp();
  server = createServer();
  const allowRequest = (request: { headers: { origin?: string | undefined } }) =>
    request.headers.origin !== 'http://evil.example';
  live = createLive({ server, jobs: app.jobs, supervisor: app.supervisor, allowRequest, boot: 'b1' });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await app.start();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await live.close();
  await app.stop();
});

function connect(hello: { since: number | null; boot: string | null }) {
  const client: Client = io(url, { transports: ['websocket'], reconnection: false });
  clients.push(client);
  const heard = {
    client,
    snapshots: [] as Snapshot[],
    events: [] as JobEvent[],
    previews: [] as Preview[],
    engine: [] as EngineStatus[],
    changed: [] as string[],
    fractions: [] as number[],
  };
  client.on('snapshot', (snapshot) => heard.snapshots.push(snapshot));
  client.on('event', (event) => heard.events.push(event));
  client.on('preview', (preview) => heard.previews.push(preview));
  client.on('engine', (status) => heard.engine.push(status));
  client.on('changed', (what) => heard.changed.push(what));
  client.on('progress', (progress) => heard.fractions.push(progress.fraction));
  client.on('connect', () => client.emit('hello', hello));
  return heard;
}

it('gives a newcomer a snapshot, then events, progress and previews', async () => {
  const heard = connect({ since: null, boot: null });
  await until(() => heard.snapshots.length === 1);
  expect(heard.snapshots[0]).toEqual({ seq: 0, boot: 'b1', jobs: [] });
  const job = await app.submit('slow 15');
  await until(() => heard.events.at(-1)?.kind === 'done');
  expect(heard.events.map((event) => event.kind)).toEqual(['queued', 'started', 'image', 'done']);
  expect(heard.events.at(-1)?.job).toMatchObject({ id: job.id, state: 'done' });
  expect(heard.fractions.length).toBeGreaterThan(2);
  expect(heard.previews[0]).toMatchObject({ jobId: job.id, mime: 'image/test', width: 2 });
  expect(new Uint8Array(heard.previews[0]!.data)).toHaveLength(12);
  expect(heard.engine.map((status) => status.state)).toContain('busy');
  live.changed('models');
  await until(() => heard.changed.length === 1);
});

it('gives one who comes back what was missed, in order, without gaps', async () => {
  const first = connect({ since: null, boot: null });
  await until(() => first.snapshots.length === 1);
  await app.end(await app.submit('one'));
  await until(() => first.events.at(-1)?.kind === 'done');
  const { seq } = first.events.at(-1)!;
  first.client.close();
  await app.end(await app.submit('two', { n_iter: 2 }));
  const running = await app.submit('slow 20', { steps: 10 });
  await until(() => app.jobs.get(running.id)?.state === 'running');
  const back = connect({ since: seq, boot: 'b1' });
  await until(() => back.events.at(-1)?.job.id === running.id && back.events.at(-1)?.kind === 'done');
  expect(back.snapshots).toEqual([]);
  expect(back.events.map((event) => event.seq)).toEqual(app.jobs.eventsAfter(seq).map((event) => event.seq));
  expect(back.events.map((event) => event.kind)).toEqual([
    ...['queued', 'started', 'image', 'image', 'done'],
    ...['queued', 'started', 'image', 'done'],
  ]);
});

it.each([
  ['another life of the app', { since: 0, boot: 'b0' }],
  ['a number that was never given', { since: 1000, boot: 'b1' }],
  ['nonsense', { since: 'x', boot: 7 }],
])('sends a snapshot to a client that knows %s', async (_, hello) => {
  const heard = connect(hello as never);
  await until(() => heard.snapshots.length === 1);
});

it('refuses what the door refuses', async () => {
  const options = { extraHeaders: { origin: 'http://evil.example' }, reconnection: false };
  const client: Client = io(url, { ...options, transports: ['websocket'] });
  clients.push(client);
  const [error] = await once(client as never, 'connect_error');
  expect(error).toBeInstanceOf(Error);
  expect(client.connected).toBe(false);
});
