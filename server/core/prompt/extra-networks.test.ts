import { expect, it } from 'vitest';
import { goldenCases } from '../../../tests/support/golden.ts';
import { extractExtraNetworks, readHypernetTag, readLoraTag } from './extra-networks.ts';

interface Case {
  prompt: string;
  stripped: string;
  networks: Record<string, { positional: string[]; named: Record<string, string> }[]>;
  lora_activate?:
    | { names: string[]; te: number[]; unet: number[]; dyn: (number | null)[] }
    | { error: string };
}

it.each(goldenCases<Case>('prompt/extra_networks.json'))(
  '$prompt',
  ({ prompt, stripped, networks, lora_activate }) => {
    const found = extractExtraNetworks(prompt);
    expect(found.prompt).toBe(stripped);
    const byKind = Object.fromEntries(
      Object.entries(networks).map(([kind, list]) => [
        kind,
        list.map(({ positional, named }) => ({ kind, positional, named })),
      ]),
    );
    expect(Object.groupBy(found.tags, (tag) => tag.kind)).toEqual(byKind);
    if (!lora_activate) return;
    const loras = found.tags.filter(({ kind }) => kind === 'lora').map(readLoraTag);
    if ('error' in lora_activate) {
      expect(loras[0]).toEqual({
        problem: '<lora:x>: the text encoder multiplier is "y", expected a number',
      });
    } else {
      const { names, te, unet, dyn } = lora_activate;
      expect(loras).toEqual(
        names.map((name, i) => ({ name, textEncoder: te[i], unet: unet[i], dynDim: dyn[i] })),
      );
    }
  },
);

it('reads a hypernetwork with and without strength', () => {
  const { tags } = extractExtraNetworks('<hypernet:h:0.3><hypernet:g><hypernet:f:x>');
  expect(tags.map(readHypernetTag)).toEqual([
    { name: 'h', strength: 0.3 },
    { name: 'g', strength: 1 },
    { problem: '<hypernet:f>: the strength is "x", expected a number' },
  ]);
});

it('takes no harm from odd argument names', () => {
  const { tags } = extractExtraNetworks('<lora:x:__proto__=1:constructor=2>');
  expect(readLoraTag(tags[0]!)).toEqual({ name: 'x', textEncoder: 1, unet: 1, dynDim: null });
});
