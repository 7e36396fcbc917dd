import type { Socket } from 'socket.io';
import type { ClientToServer, ServerToClient } from '#contracts/live.ts';

type Stream = 'progress' | 'preview';
type Value<S extends Stream> = Parameters<ServerToClient[S]>[0];

export interface NewestWins {
  offer<S extends Stream>(stream: S, value: Value<S>): void;
  /** Drops what waits: its job is over. */
  forget(): void;
}

/**
 * Sends the newest value of each stream whenever the connection has room. Socket.IO's volatile messages would not do:
 * they drop what is newest while the message before is still being written.
 */
export function createNewestWins(socket: Socket<ClientToServer, ServerToClient>): NewestWins {
  const waiting = new Map<Stream, () => void>();
  const send = () => {
    for (const [stream, emit] of waiting) {
      if (!socket.conn.transport.writable) return;
      waiting.delete(stream);
      emit();
    }
  };
  socket.conn.on('drain', send);
  return {
    offer(stream, value) {
      const emit = socket.emit.bind(socket) as (stream: Stream, value: unknown) => void;
      waiting.set(stream, () => emit(stream, value));
      send();
    },
    forget: () => waiting.clear(),
  };
}
