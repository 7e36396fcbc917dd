import type { QueryClient } from '@tanstack/react-query';
import { io, type Socket } from 'socket.io-client';
import type { ClientToServer, ServerToClient } from '#contracts/live.ts';
import { socketPath } from './base-path.ts';
import { useLive } from './live-store.ts';

/**
 * Keeps the live store and the query cache in step with the server. After a lost connection the server sends what was
 * missed; after a restart of the server (another boot id) everything is read again. Returns its own end.
 */
export function connectLive(client: QueryClient): () => void {
  const socket: Socket<ServerToClient, ClientToServer> = io({
    path: socketPath(),
    transports: ['websocket', 'polling'],
    reconnectionDelay: 300,
    reconnectionDelayMax: 3000,
  });
  const live = useLive.getState();

  socket.on('connect', () => {
    const { seq, boot } = useLive.getState();
    live.setConnection('online');
    socket.emit('hello', { since: seq, boot });
  });
  socket.on('disconnect', (reason) => {
    live.setConnection('lost');
    // A server that ends in order says goodbye, after which the client does not try again by itself.
    if (reason === 'io server disconnect') setTimeout(() => socket.connect(), 300);
  });
  socket.on('connect_error', () => {
    if (useLive.getState().connection === 'online') live.setConnection('lost');
  });
  socket.on('snapshot', (snapshot) => {
    const { boot } = useLive.getState();
    live.snapshot(snapshot);
    if (boot !== null && boot !== snapshot.boot) void client.invalidateQueries();
  });
  socket.on('event', live.event);
  socket.on('progress', live.setProgress);
  socket.on('preview', live.setPreview);
  socket.on('engine', live.setEngine);
  socket.on('changed', (what) => {
    void client.invalidateQueries({ queryKey: [what] });
    if (what === 'models') void client.invalidateQueries({ queryKey: ['options'] });
    if (what === 'options') void client.invalidateQueries({ queryKey: ['models'] });
  });
  return () => socket.disconnect();
}
