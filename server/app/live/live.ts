import type { Server as HttpServer, IncomingMessage } from 'node:http';
import { Server, type Socket } from 'socket.io';
import type { JobEvent } from '#contracts/job.ts';
import type { ClientToServer, ServerToClient, Snapshot } from '#contracts/live.ts';
import type { JobService, Supervisor } from '../services.ts';
import { createNewestWins, type NewestWins } from './newest-wins.ts';

export interface LiveDeps {
  server: HttpServer;
  jobs: JobService;
  supervisor: Supervisor;
  /** False for a foreign page or a request without the login that is set: no socket. */
  allowRequest: (request: IncomingMessage) => boolean;
  /** Changes on every start of the app. */
  boot: string;
  /** URL path of the socket; below `--subpath` where one is set. */
  path?: string;
}

export interface Live {
  /** Tells all pages to fetch something again. */
  changed(what: Parameters<ServerToClient['changed']>[0]): void;
  close(): Promise<void>;
}

type LiveSocket = Socket<ClientToServer, ServerToClient>;

/** Who missed more than this gets a snapshot: it is smaller. */
const MOST_MISSED = 500;
const FINISHED_IN_SNAPSHOT = 50;
/** All that clients send is a greeting. */
const LARGEST_MESSAGE_BYTES = 10_000;
/** Sockets that have said hello. */
const ROOM = 'live';

/** Socket.IO on the app's own server: events in order without gaps, progress and previews as they come. */
export function createLive(deps: LiveDeps): Live {
  const { jobs, supervisor, boot } = deps;
  const io = new Server<ClientToServer, ServerToClient>(deps.server, {
    path: deps.path ?? '/socket.io',
    serveClient: false,
    maxHttpBufferSize: LARGEST_MESSAGE_BYTES,
    allowRequest: (request, decide) => decide(null, deps.allowRequest(request)),
  });
  const streams = new Map<string, NewestWins>();

  const snapshot = (): Snapshot => ({
    seq: jobs.lastSeq(),
    boot,
    jobs: jobs.list(FINISHED_IN_SNAPSHOT),
  });

  /** Null: too much, or of another life of the app. */
  function missedBy(hello: { since: number | null; boot: string | null }): JobEvent[] | null {
    const { since } = hello;
    const last = jobs.lastSeq();
    if (since === null || hello.boot !== boot || since > last) return null;
    const missed = jobs.eventsAfter(since, MOST_MISSED);
    return (missed.at(-1)?.seq ?? since) === last ? missed : null;
  }

  /** All in one turn of the loop, so that nothing falls between what was missed and what comes live. */
  function greet(socket: LiveSocket, message: unknown): void {
    const missed = missedBy(readHello(message));
    if (missed === null) socket.emit('snapshot', snapshot());
    else for (const event of missed) socket.emit('event', event);
    socket.emit('engine', supervisor.status());
    const stream = createNewestWins(socket);
    const progress = jobs.latestProgress();
    if (progress !== null) {
      stream.offer('progress', progress);
      const preview = jobs.latestPreview(progress.jobId);
      if (preview !== null) stream.offer('preview', preview);
    }
    streams.set(socket.id, stream);
    void socket.join(ROOM);
  }

  io.on('connection', (socket) => {
    socket.once('hello', (message) => greet(socket, message));
    socket.once('disconnect', () => streams.delete(socket.id));
  });
  const unsubscribe = [
    jobs.onEvent((event) => {
      // Only one job runs at a time: what waits is of the one that has just ended.
      if (event.kind !== 'queued' && jobs.runningId() === null) {
        for (const stream of streams.values()) stream.forget();
      }
      io.to(ROOM).emit('event', event);
    }),
    jobs.onProgress((progress) => {
      for (const stream of streams.values()) stream.offer('progress', progress);
    }),
    jobs.onPreview((preview) => {
      for (const stream of streams.values()) stream.offer('preview', preview);
    }),
    supervisor.onStatus((status) => io.to(ROOM).emit('engine', status)),
  ];

  return {
    changed: (what) => void io.to(ROOM).emit('changed', what),
    async close() {
      for (const end of unsubscribe) end();
      await io.close();
    },
  };
}

/** Whatever a client sends: anything odd counts as "I know nothing". */
function readHello(message: unknown): { since: number | null; boot: string | null } {
  const { since, boot } = (message ?? {}) as { since?: unknown; boot?: unknown };
  return {
    since: typeof since === 'number' && Number.isSafeInteger(since) && since >= 0 ? since : null,
    boot: typeof boot === 'string' ? boot : null,
  };
}
