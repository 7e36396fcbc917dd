/**
 * The arithmetic of Safe Latent Diffusion: Schramowski, Brack, Deiseroth, Kersting, "Safe Latent Diffusion: Mitigating
 * Inappropriate Degeneration in Diffusion Models", 2022, equations 3 to 8.
 */

export interface SafetySettings {
  /** 0: no guidance at all. */
  guidanceScale: number;
  /** Sampler steps without guidance; the momentum builds up meanwhile. */
  warmupSteps: number;
  threshold: number;
  momentumScale: number;
  momentumBeta: number;
}

/** The paper's four configurations. */
export const PRESETS: Readonly<Record<string, SafetySettings>> = {
  weak: { guidanceScale: 20, warmupSteps: 15, threshold: 0, momentumScale: 0, momentumBeta: 0 },
  medium: { guidanceScale: 1000, warmupSteps: 10, threshold: 0.01, momentumScale: 0.3, momentumBeta: 0.4 },
  strong: { guidanceScale: 2000, warmupSteps: 7, threshold: 0.025, momentumScale: 0.5, momentumBeta: 0.7 },
  max: { guidanceScale: 5000, warmupSteps: 0, threshold: 1, momentumScale: 0.5, momentumBeta: 0.7 },
};

/** Predicted noise of one model call; arrays of one length, any shape. */
export interface Predictions {
  cond: Float32Array;
  uncond: Float32Array;
  safety: Float32Array;
}

export interface SafetyStep {
  /** To be subtracted from the guidance direction (cond - uncond), before the CFG scale is applied. */
  guidance: Float32Array;
  /** Momentum for the next sampler step. */
  momentum: Float32Array;
}

/** Safety guidance of one model call. `momentum`: that of the previous sampler step, zeros at first. */
export function safetyStep(eps: Predictions, momentum: Float32Array, settings: SafetySettings): SafetyStep {
  const guidance = new Float32Array(eps.cond.length);
  const next = new Float32Array(eps.cond.length);
  const { guidanceScale, threshold, momentumScale, momentumBeta } = settings;
  for (let i = 0; i < guidance.length; i++) {
    const distance = eps.cond[i]! - eps.safety[i]!;
    const scale = distance >= threshold ? 0 : Math.min(1, Math.abs(distance) * guidanceScale);
    const value = (eps.safety[i]! - eps.uncond[i]!) * scale + momentumScale * momentum[i]!;
    guidance[i] = value;
    next[i] = momentumBeta * momentum[i]! + (1 - momentumBeta) * value;
  }
  return { guidance, momentum: next };
}
