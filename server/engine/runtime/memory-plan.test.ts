import { describe, expect, it } from 'vitest';
import { type Part, type PartSize, planMemory, workBytes } from './memory-plan.ts';

const GIB = 2 ** 30;
const SIZE_512 = 512 * 512;
/** Weights in millions. */
const sd15: Record<Part, number> = { text: 123, unet: 860, decoder: 50, encoder: 34 };

function sizes(millions: Record<Part, number>, bytes: 2 | 4): Record<Part, PartSize> {
  const size = (count: number, channels = 128): PartSize => ({
    channels,
    elements: count * 1e6,
    storedBytes: count * 1e6 * bytes,
    narrow: bytes === 2,
  });
  return {
    text: size(millions.text),
    unet: size(millions.unet, 320),
    decoder: size(millions.decoder),
    encoder: size(millions.encoder),
  };
}

const options = { budgetBytes: 3 * GIB, smallPartElements: 64 * 2 ** 20, onDevice: false };

describe('workBytes', () => {
  it('gives what was measured for SD 1.5 at 512×512', () => {
    const { unet, decoder, text } = sizes(sd15, 2);
    expect(workBytes('unet', unet, SIZE_512) / 1e6).toBeCloseTo(478, 0);
    expect(workBytes('decoder', decoder, SIZE_512) / 1e6).toBeCloseTo(1107, 0);
    expect(workBytes('text', text, 0)).toBe(0);
  });
});

describe('planMemory', () => {
  it('takes the parts of SD 1.5 in turn within 3 GiB, and maps the large ones', () => {
    const plan = planMemory(sizes(sd15, 2), SIZE_512, options);
    expect(plan).toEqual({
      keepAll: false,
      modes: { text: 'cast', unet: 'cast', decoder: 'fast', encoder: 'fast' },
    });
  });

  it('casts nothing where weights are float32', () => {
    const { modes } = planMemory(sizes(sd15, 4), SIZE_512, options);
    expect(modes).toEqual({ text: 'mapped', unet: 'mapped', decoder: 'fast', encoder: 'fast' });
  });

  it('keeps all parts where there is room', () => {
    expect(planMemory(sizes(sd15, 2), SIZE_512, { ...options, budgetBytes: 8 * GIB }).keepAll).toBe(true);
  });

  it('keeps a small model loaded, for speed, unless memory is very short', () => {
    const tiny = sizes({ text: 7, unet: 11, decoder: 2, encoder: 2 }, 2);
    const plan = planMemory(tiny, 128 * 128, options);
    expect(plan.keepAll).toBe(true);
    expect(new Set(Object.values(plan.modes))).toEqual(new Set(['fast']));
    expect(planMemory(tiny, 128 * 128, { ...options, budgetBytes: 10_000 }).keepAll).toBe(false);
  });

  it('counts the working memory of large pictures', () => {
    const budget = { ...options, budgetBytes: 8 * GIB };
    expect(planMemory(sizes(sd15, 2), 2048 * 2048, budget).keepAll).toBe(false);
  });

  it('moves weights to a device once', () => {
    const plan = planMemory(sizes(sd15, 2), SIZE_512, { ...options, onDevice: true });
    expect(plan.keepAll).toBe(true);
    expect(plan.modes.unet).toBe('fast');
  });
});
