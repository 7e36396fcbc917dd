import { describe, expect, it } from 'vitest';
import {
  describeHires,
  finalSize,
  HIRES_DEFAULTS,
  hiresFrom,
  hiresTarget,
  isSizeFinal,
  withoutIdleHires,
} from './hires.ts';

const size = { width: 512, height: 512, hr_scale: 2, hr_resize_x: 0, hr_resize_y: 0 };

describe('hiresTarget', () => {
  it.each([
    [512, 512, 2, 1024, 1024],
    [512, 768, 1.5, 768, 1152],
    [128, 128, 1.25, 160, 160],
    // 133.12 pixels are 16 whole latent pixels.
    [128, 128, 1.04, 128, 128],
    [8, 8, 0.1, 8, 8],
  ])('%i × %i by %f', (width, height, hr_scale, toWidth, toHeight) => {
    expect(hiresTarget({ ...size, width, height, hr_scale })).toEqual({ width: toWidth, height: toHeight });
  });

  it.each([
    // One side follows from the other and the shape.
    [512, 768, 1024, 0, 1024, 1536],
    [512, 768, 0, 1024, 680, 1024],
    // Both: covered, then cut.
    [512, 512, 1024, 768, 1024, 768],
    [512, 512, 768, 1024, 768, 1024],
    [512, 768, 1024, 1024, 1024, 1024],
    [128, 128, 200, 256, 200, 256],
  ])('%i × %i to %i × %i', (width, height, hr_resize_x, hr_resize_y, toWidth, toHeight) => {
    expect(hiresTarget({ ...size, width, height, hr_resize_x, hr_resize_y })).toEqual({
      width: toWidth,
      height: toHeight,
    });
  });
});

describe('the size of the finished picture', () => {
  it('is the form’s without hires fix, and where the option says that it is final', () => {
    expect(finalSize({ ...size, enable_hr: false }, false)).toEqual({ width: 512, height: 512 });
    expect(finalSize({ ...size, enable_hr: true }, true)).toEqual({ width: 512, height: 512 });
    expect(finalSize({ ...size, enable_hr: true }, false)).toEqual({ width: 1024, height: 1024 });
  });

  it('is said beside the title', () => {
    expect(describeHires({ ...size, width: 128, height: 96 }, false)).toEqual(['from 128×96', 'to 256×192']);
    expect(describeHires(size, true)).toEqual(['to 512×512']);
  });

  it('an override outweighs the option', () => {
    expect(isSizeFinal({}, undefined)).toBe(false);
    expect(isSizeFinal({}, { use_old_hires_fix_width_height: true })).toBe(true);
    expect(
      isSizeFinal({ use_old_hires_fix_width_height: false }, { use_old_hires_fix_width_height: true }),
    ).toBe(false);
  });
});

describe('hires fix of a picture', () => {
  it('comes back whole: what was as in the first pass, or is not told, too', () => {
    const asked = {
      enable_hr: true,
      hr_scale: 1.5,
      hr_upscaler: null,
      hr_sampler_name: null,
      hr_prompt: 'x',
    };
    expect(hiresFrom(asked)).toEqual({
      ...HIRES_DEFAULTS,
      enable_hr: true,
      hr_scale: 1.5,
      hr_prompt: 'x',
    });
    expect(hiresFrom({ enable_hr: true, denoising_strength: 0 }).denoising_strength).toBe(0);
  });

  it('is switched off by a picture without it, and its fields stay', () => {
    expect(hiresFrom({ enable_hr: false, hr_scale: 2 })).toEqual({ enable_hr: false });
    expect(hiresFrom({ prompt: 'a fox' })).toEqual({ enable_hr: false });
  });
});

describe('what is sent', () => {
  it('has the fields of hires fix only while it is on', () => {
    const values = { ...HIRES_DEFAULTS, steps: 20, hr_scale: 3 };
    expect(withoutIdleHires(values)).toEqual({ steps: 20 });
    expect(withoutIdleHires({ ...values, enable_hr: true })).toEqual({ ...values, enable_hr: true });
  });
});
