import { describe, expect, it } from 'vitest';
import { pictureRequest } from '#contracts/request.ts';
import { planSampling } from '#core/sampling/plan.ts';
import { resolveSampler, resolveScheduler } from '#core/sampling/resolve.ts';
import type { PredictInput } from '#core/sampling/sample-latent.ts';
import { createDiffusionModel } from '#core/sampling/schedule-model.ts';
import type { GuidanceContext, PassContext } from '#sdk/types.ts';
import type { CheckpointModel } from '../runtime/types.ts';
import { createDenoiser } from './denoiser.ts';
import type { BatchRun, PlannedPass } from './job-run.ts';
import { constant } from './scheduled-conditioning.ts';

interface Setup {
  /** Prediction and weight of each part of the prompt. */
  parts?: [value: number, weight: number][];
  uncond?: number;
  cfgScale?: number;
  sampler?: string;
  steps?: number;
  options?: Record<string, unknown>;
  request?: Record<string, unknown>;
  guidance?: (context: GuidanceContext) => void;
}

const encoded = (value: number) => ({ data: Float32Array.of(value), tokens: 1, width: 1 });

/** A denoiser over a network that predicts what its conditioning says. */
function setUp(setup: Setup) {
  const { parts = [[3, 1]], uncond = 1, cfgScale = 4, sampler = 'Euler', steps = 10 } = setup;
  const calls: number[] = [];
  const infotext = new Map<string, string | number>();
  const model = {
    predict: async ({ context }: { context: Float32Array }) => {
      calls.push(context[0]!);
      return Float32Array.of(context[0]!);
    },
  } as unknown as CheckpointModel;
  const context = {
    request: pictureRequest.parse(setup.request ?? {}),
    options: setup.options ?? {},
    infotext,
  };
  const guide = async (eps: unknown, given: GuidanceContext) => {
    setup.guidance?.(given);
    return eps;
  };
  const batch = {
    job: {
      model,
      context,
      timings: { toFirstPredictMs: 1 },
      startedAt: 0,
      hooks: {
        isUsed: (hook: string) => hook === 'guidance' && setup.guidance !== undefined,
        hooks: { guidance: { promise: guide } },
      },
    },
    context: { job: context, seeds: [1] },
  } as unknown as BatchRun;
  const plan = planSampling({
    sampler: resolveSampler(sampler).found!.sampler,
    scheduler: resolveScheduler('Automatic').found!,
    steps,
    model: createDiffusionModel({ family: 'sd1' }),
  });
  const cond = parts.map(([value, weight]) => ({ ...constant(encoded(value))[0]!, weight }));
  const conditioning = new Map([
    ['cond', [cond]],
    ['uncond', [constant(encoded(uncond))]],
  ]);
  const planned = { plan, conditioning } as unknown as PlannedPass;
  const denoise = createDenoiser(batch, planned, { cfgScale } as PassContext);
  const predict = async (call: Partial<PredictInput> = {}) => {
    const x = { data: Float32Array.of(0), shape: [1, 1, 1, 1] };
    const result = await denoise({
      x,
      xSigma: x,
      sigma: 5,
      timestep: 500,
      alpha: 0.5,
      step: 0,
      call: 0,
      ...call,
    });
    if (!('guided' in result)) throw new Error('the unconditional prediction is missing');
    return { guided: result.guided.data[0]!, uncond: result.uncond.data[0]! };
  };
  return { predict, calls, infotext };
}

describe('the denoiser', () => {
  it('guides by cond and uncond', async () => {
    const { predict, calls } = setUp({});
    expect(await predict()).toEqual({ guided: 1 + 4 * (3 - 1), uncond: 1 });
    expect(calls).toEqual([3, 1]);
  });

  it('adds the parts of AND with their weights', async () => {
    const { predict } = setUp({
      parts: [
        [3, 1],
        [7, 0.5],
      ],
    });
    expect((await predict()).guided).toBe(1 + 4 * (3 - 1 + 0.5 * (7 - 1)));
  });

  it('leaves out the negative prompt at CFG 1 where it has no weight', async () => {
    const plain = setUp({ cfgScale: 1 });
    expect((await plain.predict()).guided).toBe(3);
    expect(plain.calls).toEqual([3]);
    const composed = setUp({
      cfgScale: 1,
      parts: [
        [3, 1],
        [7, 1],
      ],
    });
    expect((await composed.predict()).guided).toBe(1 + 2 + 6);
    expect(composed.calls).toEqual([3, 7, 1]);
    const plusPlus = setUp({ cfgScale: 1, sampler: 'DDIM CFG++' });
    expect(await plusPlus.predict()).toEqual({ guided: 3, uncond: 1 });
  });

  it('skips the negative prompt below a sigma at every other call', async () => {
    const { predict, calls, infotext } = setUp({ request: { s_min_uncond: 6 } });
    expect((await predict({ call: 0 })).guided).toBe(9);
    expect(infotext.size).toBe(0);
    expect((await predict({ call: 1, sigma: 7 })).guided).toBe(9);
    expect(await predict({ call: 1 })).toEqual({ guided: 3, uncond: 3 });
    expect(calls).toEqual([3, 1, 3, 1, 3]);
    expect([...infotext]).toEqual([['NGMS', 6]]);
  });

  it('skips it at all calls, or the first ones, where the options say so', async () => {
    const all = setUp({ options: { s_min_uncond: 6, s_min_uncond_all: true } });
    expect((await all.predict({ call: 0 })).guided).toBe(3);
    expect([...all.infotext]).toEqual([
      ['NGMS', 6],
      ['NGMS all steps', 'True'],
    ]);
    const early = setUp({ options: { skip_early_cond: 0.2 } });
    expect((await early.predict({ call: 2 })).guided).toBe(3);
    expect((await early.predict({ call: 3 })).guided).toBe(9);
  });

  it('takes the first part in its place under AND', async () => {
    const { predict } = setUp({
      parts: [
        [3, 1],
        [7, 0.5],
      ],
      options: { skip_early_cond: 1 },
    });
    expect(await predict()).toEqual({ guided: 3 + 0.5 * (7 - 3), uncond: 3 });
  });

  it('still gives extensions the real one', async () => {
    let seen: GuidanceContext | undefined;
    const { predict } = setUp({
      parts: [
        [3, 1],
        [7, 0.5],
      ],
      options: { skip_early_cond: 1 },
      guidance: (context) => {
        seen = context;
      },
    });
    expect((await predict()).guided).toBe(5);
    expect([...seen!.predictions.keys()]).toEqual(['cond', 'uncond']);
    expect(seen!.predictions.get('uncond')!.eps.data[0]).toBe(1);
    expect(seen!.predictions.get('cond')!.eps.data[0]).toBe(1 + 2 + 3);
  });
});
