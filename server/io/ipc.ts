/** Typed messages between the app and its child processes. */

/** The child's end of the channel. */
export interface ChildChannel<In, Out> {
  /** Resolves when the message has been handed to the operating system. */
  send(message: Out): Promise<void>;
  onMessage(listener: (message: In) => void): void;
  /** The parent is gone: nobody is left to work for. */
  onClose(listener: () => void): void;
}

/** The channel to the process that forked this one. Throws when there is none. */
export function childChannel<In, Out>(): ChildChannel<In, Out> {
  if (!process.send) throw new Error('this process was not forked by the app');
  return {
    send: (message) =>
      new Promise((resolve, reject) => {
        process.send!(message, undefined, {}, (error) => (error ? reject(error) : resolve()));
      }),
    onMessage: (listener) => {
      process.on('message', (message) => listener(message as In));
    },
    onClose: (listener) => {
      process.on('disconnect', listener);
    },
  };
}
