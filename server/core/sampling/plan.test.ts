import { describe, expect, it } from 'vitest';
import { maxDifference } from '../../../tests/support/golden.ts';
import { goldenNoiseModel } from '../../../tests/support/noise-models.ts';
import { createImageNoise } from './noise/image-noise.ts';
import { img2imgSteps, planSampling } from './plan.ts';
import { resolveSampler, resolveScheduler } from './resolve.ts';
import { type PredictInput, sampleLatent } from './sample-latent.ts';
import type { Scheduler } from './types.ts';

describe('img2img steps', () => {
  it.each([
    [20, { denoisingStrength: 0.5 }, { steps: 20, encodeSteps: 10 }],
    [20, { denoisingStrength: 1 }, { steps: 20, encodeSteps: 19 }],
    [20, { denoisingStrength: 0 }, { steps: 20, encodeSteps: 0 }],
    [10, { denoisingStrength: 0.5, fixSteps: true }, { steps: 20, encodeSteps: 9 }],
    [20, { denoisingStrength: 0.6, exactSteps: 8 }, { steps: 13, encodeSteps: 7 }],
  ])('%i steps, %o', (steps, input, expected) => {
    expect(img2imgSteps(steps, input)).toEqual(expected);
  });

  it('does exactly the steps asked for where they are fixed', () => {
    const plan = planSampling({
      sampler: resolveSampler('Euler').found!.sampler,
      scheduler: resolveScheduler('Karras').found!,
      steps: 10,
      model: goldenNoiseModel('sd15'),
      img2img: { denoisingStrength: 0.3, fixSteps: true },
    });
    expect(plan.steps).toBe(10);
    expect(plan.startSigma).toBe(plan.sigmas[0]);
  });

  it.each(['Euler', 'DPM fast', 'DPM adaptive', 'DPM++ SDE', 'DDIM', 'UniPC'])(
    '%s gives the picture back where no step is left to do',
    async (name) => {
      const plan = planSampling({
        sampler: resolveSampler(name).found!.sampler,
        scheduler: resolveScheduler('Automatic').found!,
        steps: 10,
        model: goldenNoiseModel('sd15'),
        img2img: { denoisingStrength: 0, fixSteps: true },
      });
      const initLatent = { data: Float32Array.of(0.5, -1, 2, 0), shape: [1, 4, 1, 1] };
      const noiseSource = createImageNoise({ source: 'cpu', shape: [4, 1, 1], seeds: [1] });
      const predict = async ({ x }: PredictInput) => x;
      const out = await sampleLatent({ plan, noise: noiseSource.next(), noiseSource, predict, initLatent });
      expect(maxDifference(out.data, initLatent.data)).toBeLessThan(0.1);
    },
  );
});

it("takes the sampler's own scheduler from the list it is given", () => {
  const flat: Scheduler = {
    name: 'flat',
    label: 'Flat',
    aliases: [],
    defaultRho: -1,
    needInnerModel: false,
    sigmas: ({ steps }) => [...Array<number>(steps).fill(3), 0],
  };
  const plan = planSampling({
    sampler: { ...resolveSampler('Euler').found!.sampler, defaultScheduler: 'flat' },
    scheduler: resolveScheduler('Automatic').found!,
    schedulers: [flat],
    steps: 2,
    model: goldenNoiseModel('sd15'),
  });
  expect(plan.sigmas).toEqual([3, 3, 0]);
  expect(plan.infotext).toEqual({ 'Schedule type': 'Flat' });
});
