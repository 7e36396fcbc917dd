import type { Scheduler } from '../types.ts';
import {
  alignYourSteps,
  alignYourSteps11,
  alignYourSteps32,
  alignYourStepsGits,
} from './align-your-steps.ts';
import { beta } from './beta.ts';
import { ddimScheduler } from './ddim.ts';
import { exponential } from './exponential.ts';
import { karras } from './karras.ts';
import { klOptimal } from './kl-optimal.ts';
import { normal } from './normal.ts';
import { polyexponential } from './polyexponential.ts';
import { sgmUniform } from './sgm-uniform.ts';
import { simple } from './simple.ts';
import { turbo } from './turbo.ts';
import { automatic, uniform } from './uniform.ts';

/** Every scheduler, in the order of the lists. A new one is one file and one line here. */
export const SCHEDULERS: readonly Scheduler[] = [
  // A1111's, in its order.
  automatic,
  uniform,
  karras,
  exponential,
  polyexponential,
  sgmUniform,
  klOptimal,
  alignYourSteps,
  simple,
  normal,
  ddimScheduler,
  beta,
  // Forge's.
  turbo,
  alignYourStepsGits,
  alignYourSteps11,
  alignYourSteps32,
];
