import type { Scheduler } from '../types.ts';
import { karras } from './karras.ts';
import { automatic, uniform } from './uniform.ts';

/** Every scheduler, in the order of A1111's list. A new one is one file and one line here. */
export const SCHEDULERS: readonly Scheduler[] = [automatic, uniform, karras];
