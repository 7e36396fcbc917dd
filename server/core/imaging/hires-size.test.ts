import { expect, it } from 'vitest';
import { goldenCases } from '../../../tests/support/golden.ts';
import { hiresSize, oldFirstPassSize } from './hires-size.ts';

interface Case {
  width: number;
  height: number;
  hr_resize_x: number;
  hr_resize_y: number;
  hr_scale: number;
  use_old_hires_fix_width_height: boolean;
  out: {
    width: number;
    height: number;
    hr_upscale_to: [number, number];
    truncate_latent: [number, number];
    infotext: Record<string, unknown>;
  };
}
type OldCase = { old_first_pass: [number, number]; out: [number, number] };

const cases = goldenCases<Case | OldCase>('pipeline/hires_sizes.json');

it.each(cases.filter((entry): entry is Case => 'width' in entry))(
  '$width × $height, scale $hr_scale, to $hr_resize_x × $hr_resize_y, old: $use_old_hires_fix_width_height',
  ({ width, height, hr_scale, hr_resize_x, hr_resize_y, use_old_hires_fix_width_height, out }) => {
    const size = hiresSize({
      width,
      height,
      scale: hr_scale,
      resizeX: hr_resize_x,
      resizeY: hr_resize_y,
      oldBehaviour: use_old_hires_fix_width_height,
    });
    expect(size).toEqual({
      width: out.width,
      height: out.height,
      upscaleTo: out.hr_upscale_to,
      truncate: out.truncate_latent,
      infotext: Object.entries(out.infotext)[0],
    });
  },
);

it.each(cases.filter((entry): entry is OldCase => 'old_first_pass' in entry))(
  'first pass of old: $old_first_pass',
  ({ old_first_pass, out }) => {
    expect(oldFirstPassSize(...old_first_pass)).toEqual(out);
  },
);
