/**
 * An ancestral step from `sigmaFrom` to `sigmaTo` as a deterministic step down to `down` and fresh noise of `up`.
 * eta 0: no noise, eta 1: all that the level allows (Song et al. 2020, DDIM, eq. 16, in k-diffusion's terms).
 */
export function ancestralStep(sigmaFrom: number, sigmaTo: number, eta: number): { down: number; up: number } {
  if (eta === 0) return { down: sigmaTo, up: 0 };
  const full = Math.sqrt((sigmaTo ** 2 * (sigmaFrom ** 2 - sigmaTo ** 2)) / sigmaFrom ** 2);
  const up = Math.min(sigmaTo, eta * full);
  return { down: Math.sqrt(sigmaTo ** 2 - up ** 2), up };
}
