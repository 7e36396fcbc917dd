import type { InferenceSession } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { createSessionCache } from './session-cache.ts';

/** Sessions that write down when they are made, used and released. */
function createWitness() {
  const events: string[] = [];
  const create = (name: string) => async () => {
    events.push(`make ${name}`);
    return { release: async () => void events.push(`release ${name}`) } as unknown as InferenceSession;
  };
  const request = (slot: string, key = '', keepOthers = true) => ({
    slot,
    key,
    keepOthers,
    create: create(`${slot}${key}`),
  });
  return { events, request, create };
}

describe('session cache', () => {
  it('makes a session once and keeps it', async () => {
    const { events, request } = createWitness();
    const cache = createSessionCache();
    const first = await cache.use(request('1/unet'), async (session) => session);
    expect(await cache.use(request('1/unet'), async (session) => session)).toBe(first);
    expect(events).toEqual(['make 1/unet']);
  });

  it('replaces a session of another kind in the same slot', async () => {
    const { events, request } = createWitness();
    const cache = createSessionCache();
    await cache.use(request('1/unet'), async () => undefined);
    await cache.use(request('1/text'), async () => undefined);
    await cache.use(request('1/unet', ' odd'), async () => undefined);
    expect(events).toEqual(['make 1/unet', 'make 1/text', 'release 1/unet', 'make 1/unet odd']);
  });

  it('releases the others first when memory is for one', async () => {
    const { events, request } = createWitness();
    const cache = createSessionCache();
    await cache.use(request('1/text'), async () => undefined);
    await cache.use(request('2/unet', '', false), async () => undefined);
    expect(events).toEqual(['make 1/text', 'release 1/text', 'make 2/unet']);
  });

  it('releases what belongs to one owner', async () => {
    const { events, request } = createWitness();
    const cache = createSessionCache();
    await cache.use(request('1/text'), async () => undefined);
    await cache.use(request('12/text'), async () => undefined);
    await cache.release('1/');
    expect(events.slice(2)).toEqual(['release 1/text']);
  });

  it('never releases a session while a call runs in it', async () => {
    const { events, request } = createWitness();
    const cache = createSessionCache();
    const running = cache.use(request('1/unet'), async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      events.push('ran');
    });
    await Promise.all([running, cache.release('1/')]);
    expect(events).toEqual(['make 1/unet', 'ran', 'release 1/unet']);
  });

  it('goes on after a call or a session failed', async () => {
    const { request, create } = createWitness();
    const cache = createSessionCache();
    const broken = { ...request('1/unet'), create: async () => Promise.reject(new Error('no file')) };
    await expect(cache.use(broken, async () => 1)).rejects.toThrow('no file');
    await expect(
      cache.use(request('1/unet'), async () => Promise.reject(new Error('no run'))),
    ).rejects.toThrow('no run');
    await expect(cache.use({ ...request('1/unet'), create: create('again') }, async () => 2)).resolves.toBe(
      2,
    );
  });
});
