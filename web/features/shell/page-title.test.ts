import { describe, expect, it } from 'vitest';
import type { JobProgress } from '#contracts/job.ts';
import { formatEta, pageTitle } from './page-title.ts';

const progress = (fraction: number, etaSeconds: number | null) => ({ fraction, etaSeconds }) as JobProgress;

describe('page title', () => {
  it.each([
    [0.2, '1s'],
    [12, '12s'],
    [59.5, '01:00'],
    [125, '02:05'],
    [3723, '01:02:03'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(formatEta(seconds)).toBe(text);
  });

  it('shows percent and time left while a job runs', () => {
    expect(pageTitle(progress(0.45, 2.6), true)).toBe('[45% ETA: 3s] Tapestry');
    expect(pageTitle(progress(0.1, null), true)).toBe('[10%] Tapestry');
    expect(pageTitle(null, true)).toBe('[0%] Tapestry');
  });

  it('is the name alone while nothing runs, whatever progress was seen last', () => {
    expect(pageTitle(progress(0.9, 1), false)).toBe('Tapestry');
  });
});
