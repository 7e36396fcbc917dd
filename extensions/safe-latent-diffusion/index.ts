/**
 * Safe Latent Diffusion: asks for one more prediction, of the unsafe concept, and bends the guidance away from it.
 * Steps are sampler steps: in a second-order sampler both model calls of a step see the momentum that the step began
 * with, and the step's first call carries it on.
 */
import type { EngineApi, GuidanceContext, PassContext, Tensor } from 'tapestry/sdk';
import { PRESETS, type SafetySettings, safetyStep } from './guidance.ts';

interface PanelValues extends Record<string, unknown> {
  preset: string;
  guidance_scale: number;
  warmup_steps: number;
  threshold: number;
  momentum_scale: number;
  mom_beta: number;
  concept: string;
}

interface Momentum {
  step: number;
  before: Float32Array;
  after: Float32Array;
}

export default function safeLatentDiffusion({ hooks, panel }: EngineApi): void {
  const momentumOf = new WeakMap<PassContext, Momentum>();

  hooks.jobStart.tap('mark', (job) => {
    const values = panel<PanelValues>(job);
    if (!values) return;
    job.infotext.set('SLD preset', values.preset);
    const settings = settingsOf(values);
    job.infotext.set('SLD guidance scale', settings.guidanceScale);
    job.infotext.set('SLD warmup steps', settings.warmupSteps);
    job.infotext.set('SLD threshold', settings.threshold);
    job.infotext.set('SLD momentum scale', settings.momentumScale);
    job.infotext.set('SLD momentum beta', settings.momentumBeta);
    job.infotext.set('SLD concept', values.concept);
  });

  hooks.condition.tapPromise('concept', async (context) => {
    const values = panel<PanelValues>(context.batch.job);
    if (!values || settingsOf(values).guidanceScale === 0) return;
    const concept = await context.encode(values.concept);
    context.addPrediction(
      'safety',
      context.batch.seeds.map(() => concept),
    );
  });

  hooks.guidance.tap('steer', (eps, context) => {
    const cond = context.predictions.get('cond');
    const uncond = context.predictions.get('uncond');
    const safety = context.predictions.get('safety');
    const values = panel<PanelValues>(context.pass.batch.job);
    if (!values || !cond || !uncond || !safety) return eps;
    const settings = settingsOf(values);
    const momentum = momentumAt(momentumOf, context, cond.eps);
    const { guidance, momentum: next } = safetyStep(
      { cond: cond.eps.data, uncond: uncond.eps.data, safety: safety.eps.data },
      momentum.before,
      settings,
    );
    if (momentum.after === momentum.before) momentum.after = next;
    return context.step < settings.warmupSteps ? eps : subtract(eps, guidance, context.pass.cfgScale);
  });
}

function settingsOf(values: PanelValues): SafetySettings {
  return (
    PRESETS[values.preset] ?? {
      guidanceScale: values.guidance_scale,
      warmupSteps: values.warmup_steps,
      threshold: values.threshold,
      momentumScale: values.momentum_scale,
      momentumBeta: values.mom_beta,
    }
  );
}

/** The momentum of the step this call belongs to; a new step starts with what the last one left. */
function momentumAt(
  store: WeakMap<PassContext, Momentum>,
  { pass, step }: GuidanceContext,
  like: Tensor,
): Momentum {
  const last = store.get(pass);
  if (last && last.step === step) return last;
  const start = last?.after ?? new Float32Array(like.data.length);
  const momentum: Momentum = { step, before: start, after: start };
  store.set(pass, momentum);
  return momentum;
}

/** eps - cfg · guidance, as a new tensor. */
function subtract(eps: Tensor, guidance: Float32Array, cfgScale: number): Tensor {
  return { data: eps.data.map((value, i) => value - cfgScale * guidance[i]!), shape: eps.shape };
}
