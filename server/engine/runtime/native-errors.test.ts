import { describe, expect, it } from 'vitest';
import { TapestryError } from '#contracts/errors.ts';
import { fromNative } from './native-errors.ts';

describe('fromNative', () => {
  it.each([
    'Non-zero status code returned while running Conv node. Failed to allocate memory for requested buffer of size 17',
    'std::bad_alloc',
    'bad allocation',
    'CUDA error: out of memory',
  ])('knows memory that ran out: %s', (message) => {
    const coded = fromNative(new Error(message), 'decoding 4096×4096');
    expect(coded.code).toBe('OUT_OF_MEMORY');
    expect(coded.message).toContain('decoding 4096×4096');
  });

  it('keeps the words of anything else', () => {
    expect(fromNative(new Error('Invalid rank'), 'a run').toRecord()).toMatchObject({
      code: 'INTERNAL',
      message: 'a run: Invalid rank',
    });
    const coded = new TapestryError('CANCELLED');
    expect(fromNative(coded, 'a run')).toBe(coded);
  });
});
