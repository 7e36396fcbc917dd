import type { Sampler } from '../types.ts';
import { ddim } from './ddim.ts';
import { ddimCfgpp } from './ddim-cfgpp.ts';
import { ddpm } from './ddpm.ts';
import { deis } from './deis.ts';
import { dpmAdaptive } from './dpm-adaptive.ts';
import { dpmFast } from './dpm-fast.ts';
import { dpm2 } from './dpm2.ts';
import { dpm2Ancestral } from './dpm2-ancestral.ts';
import { dpm2AncestralRf } from './dpm2-ancestral-rf.ts';
import { dpmpp2m } from './dpmpp-2m.ts';
import { dpmpp2mSde, dpmpp2mSdeHeun } from './dpmpp-2m-sde.ts';
import { dpmpp2sAncestral } from './dpmpp-2s-ancestral.ts';
import { dpmpp3mSde } from './dpmpp-3m-sde.ts';
import { dpmppSde } from './dpmpp-sde.ts';
import { euler } from './euler.ts';
import { eulerAncestral } from './euler-ancestral.ts';
import { eulerAncestralRf } from './euler-ancestral-rf.ts';
import { gradientEstimation } from './gradient-estimation.ts';
import { heun } from './heun.ts';
import { heunpp2 } from './heunpp2.ts';
import { ipndm } from './ipndm.ts';
import { ipndmV } from './ipndm-v.ts';
import { lcm } from './lcm.ts';
import { lms } from './lms.ts';
import { plms } from './plms.ts';
import { restart } from './restart.ts';
import { unipc } from './unipc.ts';

/** Every sampler, in the order of the lists; the first is the default. A new one is one file and one line here. */
export const SAMPLERS: readonly Sampler[] = [
  // A1111's, in its order.
  dpmpp2m,
  dpmppSde,
  dpmpp2mSde,
  dpmpp2mSdeHeun,
  dpmpp2sAncestral,
  dpmpp3mSde,
  eulerAncestral,
  euler,
  lms,
  heun,
  dpm2,
  dpm2Ancestral,
  dpmFast,
  dpmAdaptive,
  restart,
  ddim,
  ddimCfgpp,
  plms,
  unipc,
  lcm,
  // Forge's.
  ddpm,
  heunpp2,
  ipndm,
  ipndmV,
  deis,
  eulerAncestralRf,
  dpm2AncestralRf,
  // Others.
  gradientEstimation,
];
