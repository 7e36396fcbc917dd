/** Safe Latent Diffusion, driven through the real hooks with recorded predictions. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Manifest, manifestSchema } from '#contracts/manifest.ts';
import { pictureRequest } from '#contracts/request.ts';
import { combineGuidance } from '#core/sampling/guidance.ts';
import { elementCount, type Tensor } from '#core/tensor.ts';
import { createHookSet, type HookSet } from '#sdk/hook-set.ts';
import type { Conditioning, EngineApi, GuidanceContext, JobContext, PassContext } from '#sdk/index.ts';
import safeLatentDiffusion from '../../extensions/safe-latent-diffusion/index.ts';
import { goldenCases, goldenTensors, maxAbsolute, maxDifference } from '../support/golden.ts';

interface Case {
  case: string;
  guidance_scale: number;
  sld_warmup_steps: number;
  sld_guidance_scale: number;
  sld_threshold: number;
  sld_momentum_scale: number;
  sld_mom_beta: number;
  steps: number;
  batch: number;
}

const ID = 'safe-latent-diffusion';
const PRESET_NAMES = ['WEAK', 'MEDIUM', 'STRONG', 'MAX'];
const golden = goldenCases<Case>('pipeline/sld.json');
const tensors = goldenTensors('pipeline/sld.safetensors');
let manifest: Manifest;

beforeAll(() => {
  const file = new URL('../../extensions/safe-latent-diffusion/package.json', import.meta.url);
  manifest = manifestSchema.parse(JSON.parse(readFileSync(file, 'utf8')).tapestry);
});

function start(values: Record<string, unknown>, batch = 1) {
  const set = createHookSet();
  const extension = { id: ID, manifest };
  const api = {
    hooks: set.tappable(extension),
    panel: (job: JobContext) => set.panel(extension, job),
  } as unknown as EngineApi;
  safeLatentDiffusion(api);
  set.freeze();
  const job = {
    id: 'j',
    request: pictureRequest.parse({ extensions: { [ID]: { enabled: true, ...values } } }),
    options: {},
    warn: (message: string) => expect.fail(message),
    infotext: new Map(),
  } as unknown as JobContext;
  const context = { job, index: 0, seeds: Array(batch).fill(1) } as unknown as PassContext['batch'];
  return { set, job, batch: context };
}

/** Feeds the recorded predictions of each sampler step `callsPerStep` times; returns the last result of each step. */
async function run(
  set: HookSet,
  pass: PassContext,
  eps: Record<'cond' | 'uncond' | 'safety', Tensor>,
  callsPerStep = 1,
) {
  const [steps, ...shape] = eps.cond.shape as [number, ...number[]];
  const size = elementCount(shape);
  const at = (tensor: Tensor, step: number) => ({
    data: tensor.data.slice(step * size, (step + 1) * size),
    shape,
  });
  const out = new Float32Array(steps * size);
  for (let step = 0; step < steps; step++) {
    const predictions = new Map(
      Object.entries(eps).map(([name, tensor]) => [
        name,
        { eps: at(tensor, step), denoised: at(tensor, step) },
      ]),
    );
    for (let call = 0; call < callsPerStep; call++) {
      const combined = combineGuidance(at(eps.uncond, step), at(eps.cond, step), pass.cfgScale);
      const context = { pass, step, call, predictions } as unknown as GuidanceContext;
      out.set((await set.hooks.guidance.promise(combined, context)).data, step * size);
    }
  }
  return out;
}

const recorded = {
  cond: tensors.get('eps/text')!,
  uncond: tensors.get('eps/uncond')!,
  safety: tensors.get('eps/safety')!,
};

/** Recorded predictions as a batch of two: the second picture sees the steps in reverse order. */
function asBatchOfTwo({ data, shape }: Tensor): Tensor {
  const [steps, , ...rest] = shape as [number, number, ...number[]];
  const size = elementCount(rest);
  const out = new Float32Array(steps * 2 * size);
  for (let step = 0; step < steps; step++) {
    out.set(data.subarray(step * size, (step + 1) * size), step * 2 * size);
    out.set(data.subarray((steps - 1 - step) * size, (steps - step) * size), (step * 2 + 1) * size);
  }
  return { data: out, shape: [steps, 2, ...rest] };
}

const valuesOf = (sld: Case) =>
  PRESET_NAMES.includes(sld.case)
    ? { preset: sld.case.toLowerCase() }
    : {
        preset: 'custom',
        guidance_scale: sld.sld_guidance_scale,
        warmup_steps: sld.sld_warmup_steps,
        threshold: sld.sld_threshold,
        momentum_scale: sld.sld_momentum_scale,
        mom_beta: sld.sld_mom_beta,
      };

describe('Safe Latent Diffusion', () => {
  it.each(golden)('equals the reference: $case', async (sld) => {
    const { set, batch } = start(valuesOf(sld), sld.batch ?? 1);
    const pass = { batch, cfgScale: sld.guidance_scale } as PassContext;
    const expected = tensors.get(`${sld.case}/noise_pred`)!.data;
    const actual = await run(set, pass, recorded);
    expect(maxDifference(actual, expected)).toBeLessThan(1e-5 * maxAbsolute(expected));
  });

  it('counts sampler steps, not model calls', async () => {
    const { set, batch } = start({ preset: 'strong' });
    const strong = golden.find((sld) => sld.case === 'STRONG')!;
    const pass = { batch, cfgScale: strong.guidance_scale } as PassContext;
    const expected = tensors.get('STRONG/noise_pred')!.data;
    const actual = await run(set, pass, recorded, 2);
    expect(maxDifference(actual, expected)).toBeLessThan(1e-5 * maxAbsolute(expected));
  });

  it('treats each picture of a batch as if it were alone', async () => {
    const two = Object.fromEntries(
      Object.entries(recorded).map(([name, tensor]) => [name, asBatchOfTwo(tensor)]),
    );
    const { set, batch } = start({ preset: 'max' }, 2);
    const actual = await run(set, { batch, cfgScale: 7.5 } as PassContext, two as typeof recorded);
    const expected = tensors.get('MAX/noise_pred')!.data;
    const [steps, size] = [20, 64];
    for (let step = 0; step < steps; step++) {
      const first = actual.subarray(step * 2 * size, step * 2 * size + size);
      const alone = expected.subarray(step * size, (step + 1) * size);
      expect(maxDifference(first, alone)).toBeLessThan(1e-5 * maxAbsolute(expected));
    }
  });

  it('asks for one safety prediction per picture, and for none at scale 0', async () => {
    const conditioning: Conditioning = { data: new Float32Array(1), tokens: 1, width: 1 };
    const asked = async (values: Record<string, unknown>) => {
      const { set, batch } = start(values, 3);
      const added: [string, number][] = [];
      await set.hooks.condition.promise({
        batch,
        encode: async () => conditioning,
        addPrediction: (name, perImage) => added.push([name, perImage.length]),
      });
      return added;
    };
    expect(await asked({ preset: 'max' })).toEqual([['safety', 3]]);
    expect(await asked({ preset: 'custom', guidance_scale: 0 })).toEqual([]);
  });

  it('leaves its mark in the infotext', async () => {
    const { set, job } = start({ preset: 'medium' });
    await set.hooks.jobStart.promise(job);
    expect(job.infotext.get('SLD preset')).toBe('medium');
    expect(job.infotext.get('SLD guidance scale')).toBe(1000);
  });
});
