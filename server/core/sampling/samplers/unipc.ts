import type { Tensor } from '../../tensor.ts';
import { weightedSum } from '../tensor-math.ts';
import type { TimestepSampler, TimestepSamplerInput, UniPcOptions } from '../types.ts';
import { type Evaluation, unipcUpdate } from './shared/unipc-update.ts';
import { createVpSchedule } from './shared/vp-schedule.ts';

const DEFAULTS: UniPcOptions = { variant: 'bh1', skipType: 'time_uniform', order: 3, lowerOrderFinal: true };

/**
 * UniPC, a unified predictor-corrector over picture estimates. Zhao et al. 2023. It takes only the number of steps from
 * `timesteps` (img2img: also where to begin), and asks the model at fractional timesteps of its own. The model is called
 * once before the first step and then at the end of each but the last; `denoised` of a step is what its corrector saw.
 */
export const unipc: TimestepSampler = {
  kind: 'timestep',
  name: 'UniPC',
  aliases: ['unipc'],
  etaOption: 'eta_ddim',
  usedOptions: [],
  async sample(input) {
    const { model, timesteps, alphasCumprod, onStep, uniPc = DEFAULTS } = input;
    const steps = timesteps.length;
    if (steps === 0) return input.x;
    const order = Math.min(uniPc.order, steps);
    const schedule = createVpSchedule(alphasCumprod);
    const times = schedule.times(uniPc.skipType, startTime(input), 1 / alphasCumprod.length, steps);
    const evaluate = async (x: Tensor, time: number, step: number): Promise<Tensor> => {
      const eps = await model(x, schedule.timestep(time), step);
      const alpha = schedule.alpha(time);
      return weightedSum([1 / alpha, x], [-schedule.sigma(time) / alpha, eps]);
    };
    const sigmaAt = (time: number) => schedule.sigma(time) / schedule.alpha(time);

    let x = input.x;
    /** Newest first. */
    let past: Evaluation[] = [{ time: times[0]!, denoised: await evaluate(x, times[0]!, 0) }];
    for (let step = 0; step < steps; step++) {
      const time = times[step + 1]!;
      const isLast = step === steps - 1;
      const isWarm = step >= order - 1;
      const wanted = isWarm && uniPc.lowerOrderFinal ? Math.min(order, steps - step) : order;
      const correct = isLast ? undefined : (guess: Tensor) => evaluate(guess, time, step);
      const used = past.slice(0, wanted);
      const { next, denoised } = await unipcUpdate({
        x,
        past: used,
        time,
        variant: uniPc.variant,
        schedule,
        correct,
      });
      const sigma = sigmaAt(times[step]!);
      const seen = denoised ?? past[0]!.denoised;
      x = await onStep({ step, x, denoised: seen, sigma, sigmaHat: sigma, next, sigmaNext: sigmaAt(time) });
      if (denoised) past = [{ time, denoised }, ...past].slice(0, order);
    }
    return x;
  },
};

function startTime({ isImg2img, timesteps }: TimestepSamplerInput): number {
  return isImg2img ? (timesteps.at(-1)! + 1) / 1000 : 1;
}
