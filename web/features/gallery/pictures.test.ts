import { describe, expect, it } from 'vitest';
import type { Job, JobImage, JobState } from '#contracts/job.ts';
import { listPictures, stageView } from './pictures.ts';

function job(id: string, state: JobState, minute: number, pictures = 0): Job {
  const at = `2026-01-01T00:0${minute}:00.000Z`;
  const request = { n_iter: 2, batch_size: 1 };
  const images = Array.from({ length: pictures }, (_, index) => ({ index }) as JobImage);
  return {
    id,
    state,
    createdAt: at,
    finishedAt: state === 'queued' || state === 'running' ? null : at,
    images,
    request,
  } as Job;
}
const byId = (...jobs: Job[]) => Object.fromEntries(jobs.map((each) => [each.id, each]));
const view = (jobs: Record<string, Job>, selected: { jobId: string; index: number } | null = null) =>
  stageView(jobs, listPictures(jobs), selected);

describe('pictures', () => {
  it('come newest first, those of the running job before all', () => {
    const jobs = byId(job('old', 'done', 1, 2), job('new', 'done', 2, 1), job('now', 'running', 3, 1));
    expect(listPictures(jobs).map(({ key }) => key)).toEqual(['now/0', 'new/0', 'old/1', 'old/0']);
  });
});

describe('the stage', () => {
  it('is empty at first', () => expect(view({}).kind).toBe('empty'));

  it('keeps a chosen picture while jobs run', () => {
    const jobs = byId(job('old', 'done', 1, 2), job('now', 'running', 3));
    expect(view(jobs, { jobId: 'old', index: 0 })).toMatchObject({
      kind: 'picture',
      picture: { key: 'old/0' },
    });
  });

  it('follows what is newest when nothing is chosen, or the chosen one is gone', () => {
    const jobs = byId(job('old', 'done', 1, 2), job('now', 'running', 3));
    expect(view(jobs)).toMatchObject({ kind: 'live', job: { id: 'now' } });
    expect(view(jobs, { jobId: 'gone', index: 0 }).kind).toBe('live');
  });

  it('turns to the last picture as soon as a job has all of its pictures', () => {
    expect(view(byId(job('now', 'running', 3, 1))).kind).toBe('live');
    expect(view(byId(job('now', 'running', 3, 2)))).toMatchObject({
      kind: 'picture',
      picture: { key: 'now/1' },
    });
  });

  it('shows a failure until something newer is painted, but no cancelled job', () => {
    const failed = byId(job('old', 'done', 1, 1), job('bad', 'failed', 2));
    expect(view(failed)).toMatchObject({ kind: 'failed', job: { id: 'bad' } });
    expect(view({ ...failed, ...byId(job('good', 'done', 3, 1)) })).toMatchObject({ kind: 'picture' });
    expect(view(byId(job('old', 'done', 1, 1), job('no', 'cancelled', 2)))).toMatchObject({
      kind: 'picture',
    });
  });
});
