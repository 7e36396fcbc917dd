import { describe, expect, it } from 'vitest';
import type { Job, JobProgress } from '#contracts/job.ts';
import { jobText, ordinal } from './job-text.ts';

const job = (part: Partial<Job>): Job =>
  ({ id: 'j', attempt: 1, images: [], startedAt: null, finishedAt: null, ...part }) as Job;

describe('job text', () => {
  it('names the place in the queue', () => {
    expect(jobText(job({ state: 'queued' }), 0, null)).toBe('Next');
    expect(jobText(job({ state: 'queued' }), 3, null)).toBe('3rd in the queue');
    expect(jobText(job({ state: 'queued', attempt: 2 }), 1, null)).toBe('1st in the queue, attempt 2');
  });

  it('tells progress of this job only', () => {
    const progress = { jobId: 'j', fraction: 0.5, phase: 'sampling', etaSeconds: 4 } as JobProgress;
    expect(jobText(job({ state: 'running' }), 0, progress)).toBe('50%, sampling, 4s left');
    expect(jobText(job({ state: 'running' }), 0, { ...progress, jobId: 'other' })).toBe('Getting ready');
  });

  it('tells pictures and time of a finished one', () => {
    const done = {
      state: 'done',
      startedAt: '2026-01-01T00:00:00Z',
      finishedAt: '2026-01-01T00:00:02.500Z',
    } as const;
    expect(jobText(job({ ...done, images: [{}] as Job['images'] }), null, null)).toBe('1 picture in 2.5 s');
  });

  it.each([
    [1, '1st'],
    [2, '2nd'],
    [4, '4th'],
    [11, '11th'],
    [12, '12th'],
    [23, '23rd'],
  ])('%i is %s', (n, text) => expect(ordinal(n)).toBe(text));
});
