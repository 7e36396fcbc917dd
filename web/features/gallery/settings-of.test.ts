import { describe, expect, it } from 'vitest';
import type { Picture } from './pictures.ts';
import { settingsOf } from './settings-of.ts';

const picture = {
  key: 'j/1',
  image: { index: 1, seed: 43 },
  job: {
    id: 'j',
    checkpoint: { name: 'a', title: 'a [1]' },
    request: {
      prompt: 'fox',
      seed: 42,
      n_iter: 2,
      batch_size: 2,
      override_settings: { CLIP_stop_at_last_layers: 2 },
    },
  },
} as unknown as Picture;

describe('settings of a picture', () => {
  it('are the job’s, with the picture’s own seed and a batch of one', () => {
    expect(settingsOf(picture, 'a [1]')).toMatchObject({ prompt: 'fox', seed: 43, n_iter: 1, batch_size: 1 });
  });

  it('bring the checkpoint along only where another one is in use', () => {
    expect(settingsOf(picture, 'a [1]').override_settings).toEqual({ CLIP_stop_at_last_layers: 2 });
    expect(settingsOf(picture, 'b [2]').override_settings).toEqual({
      CLIP_stop_at_last_layers: 2,
      sd_model_checkpoint: 'a [1]',
    });
  });
});
