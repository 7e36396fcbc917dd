import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createModelShelf } from './model-shelf.ts';
import type { CheckpointModel } from './runtime/types.ts';

let folder: string;
let events: string[];

const file = (name: string) => join(folder, name);
const runtime = {
  open: async (path: string) => {
    const name = path.slice(folder.length + 1);
    events.push(`open ${name}`);
    return { path, close: async () => void events.push(`close ${name}`) } as unknown as CheckpointModel;
  },
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shelf-'));
  events = [];
  for (const name of ['a', 'b', 'c']) writeFileSync(file(name), name);
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('model shelf', () => {
  it('opens a checkpoint once', async () => {
    const shelf = createModelShelf(runtime);
    expect(await shelf.take(file('a'), 1)).toBe(await shelf.take(file('a'), 1));
    expect(events).toEqual(['open a']);
  });

  it('closes the one that was not used for longest, before it opens the next', async () => {
    const shelf = createModelShelf(runtime);
    for (const name of ['a', 'b', 'a', 'c']) await shelf.take(file(name), 2);
    expect(events).toEqual(['open a', 'open b', 'close b', 'open c']);
    await shelf.clear();
    expect(events.slice(4).sort()).toEqual(['close a', 'close c']);
  });

  it('opens a file that was replaced anew', async () => {
    const shelf = createModelShelf(runtime);
    await shelf.take(file('a'), 1);
    writeFileSync(file('a'), 'longer');
    await shelf.take(file('a'), 1);
    expect(events).toEqual(['open a', 'close a', 'open a']);
  });

  it('names a file that is gone', async () => {
    const shelf = createModelShelf(runtime);
    await expect(shelf.take(file('gone'), 1)).rejects.toMatchObject({ code: 'CHECKPOINT_MISSING' });
  });
});
