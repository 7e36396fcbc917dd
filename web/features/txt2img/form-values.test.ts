import { describe, expect, it } from 'vitest';
import type { Panel } from '#contracts/manifest.ts';
import type { Checkpoint } from '../../data/api-types.ts';
import { defaultsOf, editsFrom, toRequest } from './form-values.ts';

const checkpoint: Checkpoint = {
  title: 'tiny.safetensors [0123456789]',
  name: 'tiny.safetensors',
  family: 'sd1',
  reason: null,
  nativeWidth: 128,
  nativeHeight: 96,
  defaults: { steps: 12, sampler_name: 'DDIM' },
};

describe('form values', () => {
  it('takes size and recommendations from the checkpoint, the rest from the usual defaults', () => {
    expect(defaultsOf(checkpoint)).toMatchObject({
      width: 128,
      height: 96,
      steps: 12,
      sampler_name: 'DDIM',
      cfg_scale: 7,
      scheduler: 'Automatic',
    });
  });

  it('has usable values with no checkpoint and with an unrecognised one', () => {
    expect(defaultsOf(null).width).toBe(512);
    expect(defaultsOf({ ...checkpoint, family: null, nativeWidth: 0 }).width).toBe(512);
  });

  it('takes from a request what the form shows', () => {
    expect(editsFrom({ prompt: 'a fox', seed: 0, eta: 0.5, styles: ['x'] })).toEqual({
      prompt: 'a fox',
      seed: 0,
      enable_hr: false,
    });
  });

  const panel: Panel = {
    id: 'p',
    title: 'P',
    tabs: ['txt2img'],
    script: 'P',
    enabledBy: 'on',
    fields: [
      { kind: 'toggle', key: 'on', label: 'On', default: false },
      { kind: 'number', key: 'scale', label: 'Scale', default: 5, min: 0, max: 9, step: 1 },
    ],
  };

  it('sends a panel whole when it is on, and not at all when it is off', () => {
    const values = defaultsOf(checkpoint);
    expect(toRequest(values, [{ extension: 'sld', panel }]).extensions).toEqual({});
    const on = { ...values, extensions: { sld: { on: true }, uninstalled: { x: 1 } } };
    expect(toRequest(on, [{ extension: 'sld', panel }]).extensions).toEqual({ sld: { on: true, scale: 5 } });
  });

  it('sends hires fix when it is on, and nothing of it when it is off', () => {
    const values = defaultsOf(checkpoint);
    expect(Object.keys(toRequest(values, [])).filter((key) => /hr|denoising/.test(key))).toEqual([]);
    expect(toRequest({ ...values, enable_hr: true }, [])).toMatchObject({
      task: 'txt2img',
      enable_hr: true,
      hr_upscaler: 'Latent',
      denoising_strength: 0.7,
    });
  });
});
