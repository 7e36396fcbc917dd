import { linspace } from '../tensor-math.ts';
import type { Scheduler } from '../types.ts';
import { betaQuantile } from './beta-distribution.ts';

/** Sigmas at the quantiles of a beta distribution. Lee et al. 2024, "Beta Sampling is All You Need". */
export const beta: Scheduler = {
  name: 'beta',
  label: 'Beta',
  aliases: [],
  defaultRho: -1,
  needInnerModel: true,
  sigmas({ steps, sigmaMin, sigmaMax, betaDistribution = { alpha: 0.6, beta: 0.6 } }) {
    const quantiles = linspace(1, 0, steps).map((share) =>
      betaQuantile(share, betaDistribution.alpha, betaDistribution.beta),
    );
    return [...quantiles.map((quantile) => Math.fround(sigmaMin + quantile * (sigmaMax - sigmaMin))), 0];
  },
};
