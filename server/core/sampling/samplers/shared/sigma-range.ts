import type { SigmaRange, SigmaSamplerInput } from '../../types.ts';

/** The range that a sampler with steps of its own works in; the lower end is above 0. */
export function sigmaRange({ range, sigmas }: SigmaSamplerInput): SigmaRange {
  return (
    range ?? {
      sigmaMin: sigmas.findLast((sigma) => sigma > 0)!,
      sigmaMax: sigmas[0]!,
      calls: sigmas.length - 1,
    }
  );
}
