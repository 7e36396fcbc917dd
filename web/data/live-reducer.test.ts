import { describe, expect, it } from 'vitest';
import type { Job, JobEvent, JobState } from '#contracts/job.ts';
import {
  activeJobs,
  addSubmitted,
  applyEvent,
  applySnapshot,
  finishedJobs,
  NO_JOBS,
  runningJob,
} from './live-reducer.ts';

function job(id: string, state: JobState, second: number): Job {
  const at = `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z`;
  const finished = state === 'done' || state === 'failed';
  return { id, state, createdAt: at, finishedAt: finished ? at : null } as Job;
}

const event = (seq: number, of: Job): JobEvent => ({ seq, jobId: of.id, kind: 'started', at: '', job: of });

describe('live reducer', () => {
  it('takes a snapshot as the whole truth', () => {
    const before = applyEvent(NO_JOBS, event(1, job('gone', 'queued', 1)));
    const after = applySnapshot(before, { seq: 9, boot: 'b', jobs: [job('a', 'queued', 1)] });
    expect(Object.keys(after.jobs)).toEqual(['a']);
    expect(after).toMatchObject({ seq: 9, boot: 'b' });
  });

  it('ignores events it has seen', () => {
    const live = applySnapshot(NO_JOBS, { seq: 5, boot: 'b', jobs: [job('a', 'done', 1)] });
    expect(applyEvent(live, event(5, job('a', 'running', 1)))).toBe(live);
    expect(applyEvent(live, event(6, job('a', 'failed', 1))).jobs.a?.state).toBe('failed');
  });

  it('does not let the reply to a submission overwrite a newer event', () => {
    const live = applyEvent(NO_JOBS, event(1, job('a', 'running', 1)));
    expect(addSubmitted(live, job('a', 'queued', 1)).jobs.a?.state).toBe('running');
    expect(addSubmitted(live, job('b', 'queued', 2)).jobs.b?.state).toBe('queued');
  });

  it('orders the queue: running first, then by age', () => {
    const { jobs } = applySnapshot(NO_JOBS, {
      seq: 1,
      boot: 'b',
      jobs: [
        job('late', 'queued', 3),
        job('early', 'queued', 1),
        job('now', 'running', 2),
        job('old', 'done', 0),
      ],
    });
    expect(activeJobs(jobs).map(({ id }) => id)).toEqual(['now', 'early', 'late']);
    expect(runningJob(jobs)?.id).toBe('now');
  });

  it('keeps the newest 200 finished jobs and every active one', () => {
    let live = applyEvent(NO_JOBS, event(1, job('waiting', 'queued', 0)));
    for (let i = 2; i < 260; i++) {
      const at = new Date(Date.UTC(2026, 0, 1) + i * 1000).toISOString();
      live = applyEvent(live, event(i, { ...job(`j${i}`, 'done', 0), finishedAt: at }));
    }
    expect(finishedJobs(live.jobs)).toHaveLength(200);
    expect(finishedJobs(live.jobs)[0]?.id).toBe('j259');
    expect(live.jobs.waiting).toBeDefined();
  });
});
