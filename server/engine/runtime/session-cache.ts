import type { InferenceSession } from 'onnxruntime-node';

export interface SessionRequest {
  /** Owner and part; a slot holds one session. */
  slot: string;
  /** What the session was made for; another key in the same slot replaces it. */
  key: string;
  /** Whether sessions in other slots may stay beside this one. */
  keepOthers: boolean;
  create(): Promise<InferenceSession>;
}

/** Live sessions by slot. One call at a time: a session must not be released while another call runs in it. */
export interface SessionCache {
  use<T>(request: SessionRequest, call: (session: InferenceSession) => Promise<T>): Promise<T>;
  /** Releases the slots whose name begins with `owner`. */
  release(owner: string): Promise<void>;
}

export function createSessionCache(): SessionCache {
  const slots = new Map<string, { key: string; session: InferenceSession }>();
  let last: Promise<unknown> = Promise.resolve();

  const exclusive = <T>(call: () => Promise<T>): Promise<T> => {
    const result = last.then(call);
    last = result.catch(() => undefined);
    return result;
  };
  const releaseSlots = async (unwanted: (slot: string) => boolean): Promise<void> => {
    for (const [slot, { session }] of [...slots]) {
      if (!unwanted(slot)) continue;
      slots.delete(slot);
      await session.release();
    }
  };
  const acquire = async ({ slot, key, keepOthers, create }: SessionRequest): Promise<InferenceSession> => {
    const held = slots.get(slot);
    if (held?.key === key) return held.session;
    await releaseSlots((other) => other === slot || !keepOthers);
    const session = await create();
    slots.set(slot, { key, session });
    return session;
  };
  return {
    use: (request, call) => exclusive(async () => call(await acquire(request))),
    release: (owner) => exclusive(() => releaseSlots((slot) => slot.startsWith(owner))),
  };
}
