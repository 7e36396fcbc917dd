import type { Family } from './family.ts';
import { sd1 } from './sd1.ts';

/** All families that can paint, asked in this order. */
export const FAMILIES: readonly Family[] = [sd1];
