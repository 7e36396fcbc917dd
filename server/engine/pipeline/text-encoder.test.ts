import { describe, expect, it } from 'vitest';
import { CONTEXT_TOKENS } from '#core/prompt/chunks.ts';
import { createClipTokenizer } from '#core/prompt/clip-tokenizer.ts';
import { clipVocabulary } from '../../../tests/support/clip.ts';
import type { CheckpointModel } from '../runtime/types.ts';
import { createTextEncoder } from './text-encoder.ts';

const WIDTH = 2;
const tokenizer = createClipTokenizer(clipVocabulary());

/** Encodes a token as its id, twice; counts its calls. */
function fakeModel() {
  const state = { calls: 0 };
  const model = {
    info: { textLayers: 12, contextWidth: WIDTH },
    async encodeText(tokens: Int32Array) {
      state.calls++;
      return Float32Array.from({ length: tokens.length * WIDTH }, (_, i) => tokens[i >> 1]! / 1000);
    },
  } as unknown as CheckpointModel;
  return { model, state };
}

const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('the text encoder', () => {
  it('runs once for a text, also within a schedule', async () => {
    const { model, state } = fakeModel();
    const encoder = createTextEncoder(model, tokenizer, {});
    const [a, b, again] = await encoder.encodeTogether(['a cat', 'a dog', 'a cat']);
    expect(again).toBe(a);
    expect(a).not.toBe(b);
    expect(state.calls).toBe(2);
    await encoder.encodeTogether(['a cat', 'a dog', 'a cat']);
    expect(state.calls).toBe(2);
    await createTextEncoder(model, tokenizer, { CLIP_stop_at_last_layers: 2 }).encode('a cat');
    expect(state.calls).toBe(3);
  });

  it('makes the texts of one schedule as long as the longest', async () => {
    const encoder = createTextEncoder(fakeModel().model, tokenizer, {});
    const [short, long] = await encoder.encodeTogether(['a cat', 'a BREAK b BREAK c']);
    expect(long!.tokens).toBe(3 * CONTEXT_TOKENS);
    expect(short!.tokens).toBe(3 * CONTEXT_TOKENS);
    expect((await encoder.encode('a cat')).tokens).toBe(CONTEXT_TOKENS);
  });

  it('restores the mean over all texts of a schedule, each as often as it occurs', async () => {
    const encoder = createTextEncoder(fakeModel().model, tokenizer, {});
    const plain = await encoder.encodeTogether(['cat', 'dog', 'cat']);
    const weighted = await encoder.encodeTogether(['(cat:1.5)', 'dog', '(cat:1.5)']);
    const total = (all: typeof plain) => all.reduce((sum, { data }) => sum + mean(data), 0);
    expect(total(weighted)).toBeCloseTo(total(plain), 3);
    const once = await encoder.encodeTogether(['(cat:1.5)', 'dog']);
    expect(mean(once[1]!.data)).not.toBeCloseTo(mean(weighted[1]!.data), 3);
    const alone = await encoder.encode('(cat:1.5)');
    expect(mean(alone.data)).toBeCloseTo(mean(plain[0]!.data), 3);
  });
});
