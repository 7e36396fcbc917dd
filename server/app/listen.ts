import type { Server } from 'node:http';

export interface ListenOptions {
  host: string;
  /** null: the next free one from `firstPort`. */
  port: number | null;
  firstPort: number;
}

const PORTS_TRIED = 100;

/** Listens, and throws with a text for people where it cannot. */
export async function listen(server: Server, { host, port, firstPort }: ListenOptions): Promise<void> {
  const candidates = port === null ? Array.from({ length: PORTS_TRIED }, (_, i) => firstPort + i) : [port];
  for (const candidate of candidates) {
    const error = await tryListen(server, host, candidate);
    if (error === null) return;
    if (error.code !== 'EADDRINUSE') throw new Error(`${host}:${candidate} cannot be used: ${error.message}`);
  }
  if (port !== null)
    throw new Error(`port ${port} is in use; choose another with --port, or leave the flag out`);
  throw new Error(`all ports from ${firstPort} to ${firstPort + PORTS_TRIED - 1} are in use`);
}

function tryListen(server: Server, host: string, port: number): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    const onError = (error: NodeJS.ErrnoException) => {
      server.off('listening', onListening);
      resolve(error);
    };
    const onListening = () => {
      server.off('error', onError);
      resolve(null);
    };
    server.once('error', onError);
    server.once('listening', onListening);
    server.listen(port, host);
  });
}
