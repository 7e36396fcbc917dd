import { expect, it } from 'vitest';
import { goldenCases } from '../../../tests/support/golden.ts';
import { type Box, cropRegion, expandCropRegion } from './crop-region.ts';

interface Case {
  image_size: [number, number];
  rectangles_inclusive: [number, number, number, number][];
  pad: number;
  get_crop_region_v2: Box | null;
  expand: { processing: [number, number]; out: Box }[];
}

it.each(goldenCases<Case>('pipeline/crop_regions.json'))(
  'around $rectangles_inclusive, padded by $pad',
  ({ image_size, rectangles_inclusive, pad, get_crop_region_v2, expand }) => {
    const [width, height] = image_size;
    const mask = { width, height, data: new Uint8Array(width * height) };
    for (const [x0, y0, x1, y1] of rectangles_inclusive) {
      for (let y = y0; y <= y1; y++) mask.data.fill(255, y * width + x0, y * width + x1 + 1);
    }
    const box = cropRegion(mask, pad);
    expect(box).toEqual(get_crop_region_v2);
    for (const { processing, out } of expand) {
      const size = { width: processing[0], height: processing[1] };
      expect(expandCropRegion(box!, size, mask)).toEqual(out);
    }
  },
);
