import type { Sampler } from '../types.ts';
import { ddim } from './ddim.ts';
import { dpmpp2m } from './dpmpp-2m.ts';
import { euler } from './euler.ts';
import { eulerAncestral } from './euler-ancestral.ts';

/** Every sampler, in the order of A1111's list; the first is the default. A new one is one file and one line here. */
export const SAMPLERS: readonly Sampler[] = [dpmpp2m, eulerAncestral, euler, ddim];
