import { describe, expect, it } from 'vitest';
import { expectedHeaders, goldenHeader } from '../../../tests/support/golden-headers.ts';
import type { SafetensorsHeader } from '../formats/safetensors.ts';
import { detect, showReasons } from './detect.ts';
import { identifyKind } from './kinds.ts';

const rows = expectedHeaders();
const readable = rows.filter(
  ({ expected }) => expected.family === 'sd1' && expected.format === undefined && !isPart(expected),
);
const foreign = rows.filter((row) => !readable.includes(row));

/** A part of a diffusers folder. */
function isPart({ variant }: { variant: string }): boolean {
  return variant.startsWith('diffusers folder');
}

function reasonOf(header: SafetensorsHeader): string {
  const detection = detect(header);
  return 'match' in detection ? `matched ${detection.match.family}` : showReasons(detection.reasons);
}

/** The header without the tensors whose names begin so. */
function without(header: SafetensorsHeader, prefix: string): SafetensorsHeader {
  return { ...header, tensors: new Map([...header.tensors].filter(([name]) => !name.startsWith(prefix))) };
}

describe('identifyKind', () => {
  it.each(rows)('$file is $expected.family', ({ file, expected }) => {
    expect(identifyKind(goldenHeader(file)).id).toBe(expected.family);
  });

  it('shows a name of a file that nobody knows', () => {
    const tensors = new Map([['state.0.exp_avg', { dtype: 'F32', shape: [1] }]]);
    expect(identifyKind({ metadata: {}, tensors }).says).toContain('the first of 1 is state.0.exp_avg');
    expect(identifyKind({ metadata: {}, tensors: new Map() }).says).toContain('it holds no tensors');
  });
});

describe('detect', () => {
  it.each(readable)('$file matches with its variant ($expected.variant)', ({ file, expected }) => {
    const detection = detect(goldenHeader(file));
    expect(detection).toMatchObject({
      match: {
        family: 'sd1',
        variant: expected.variant.match(/^(inpainting|instruct-pix2pix)/)?.[0] ?? 'txt2img',
        prediction: 'epsilon',
        latentScale: 0.18215,
        nativeWidth: 512,
        nativeHeight: 512,
      },
    });
  });

  it.each(foreign)('$file is refused with a reason ($expected.family)', ({ file }) => {
    expect(reasonOf(goldenHeader(file))).toMatch(/^(this is .+|none of its tensor names are known .+)/);
  });

  const sd15 = goldenHeader('sd15_pruned_emaonly_fp32.json');
  it.each([
    ['first_stage_model.decoder', 'the checkpoint has no VAE decoder'],
    ['first_stage_model.encoder', 'the checkpoint has no VAE encoder'],
    ['cond_stage_model', 'the checkpoint has no CLIP text encoder'],
  ])('says that %s is missing', (prefix, reason) => {
    expect(reasonOf(without(sd15, prefix))).toBe(reason);
  });

  it('finds the text encoder of early conversions, which lack one level of names', () => {
    const renamed = [...sd15.tensors].map(
      ([name, tensor]) => [name.replace('.text_model.', '.'), tensor] as const,
    );
    const detection = detect({ ...sd15, tensors: new Map(renamed) });
    expect(detection).toMatchObject({ match: { text: { prefix: 'cond_stage_model.transformer' } } });
  });

  it.each([
    [{ 'modelspec.resolution': '128x128' }, { nativeWidth: 128, nativeHeight: 128 }],
    [{ 'modelspec.resolution': '768x512' }, { nativeWidth: 768, nativeHeight: 512 }],
    [{ 'modelspec.resolution': '640' }, { nativeWidth: 640, nativeHeight: 640 }],
    [{ 'modelspec.resolution': '0x0' }, { nativeWidth: 512, nativeHeight: 512 }],
    [{ 'modelspec.resolution': 'large' }, { nativeWidth: 512, nativeHeight: 512 }],
    [{ 'modelspec.prediction_type': 'v' }, { prediction: 'v' }],
    [{ 'modelspec.prediction_type': 'epsilon' }, { prediction: 'epsilon' }],
  ])('reads metadata %j', (metadata, expected) => {
    expect(detect({ ...sd15, metadata })).toMatchObject({ match: expected });
  });

  it('takes the marker tensor of v-prediction for what it is', () => {
    const marker = { dtype: 'F32', shape: [], offset: 0, length: 4 } as const;
    const tensors = new Map(sd15.tensors).set('v_pred', marker);
    expect(detect({ ...sd15, tensors })).toMatchObject({ match: { prediction: 'v' } });
  });
});
