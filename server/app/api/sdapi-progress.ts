import type { Request } from 'express';
import type { JobProgress } from '#contracts/job.ts';
import type { Preview } from '#contracts/live.ts';
import type { JobService } from '../services.ts';
import { timestamp } from './info.ts';
import { readBody, readQuery } from './pydantic.ts';
import type { Route } from './route.ts';
import type { TaskIds } from './task-ids.ts';

export interface ProgressDeps {
  jobs: JobService;
  taskIds: TaskIds;
}

const PROGRESS_QUERY = [{ name: 'skip_current_image', type: 'boolean', default: false }] as const;
const INTERNAL_FIELDS = [
  { name: 'id_task', type: 'string', default: null, nullable: true },
  { name: 'id_live_preview', type: 'integer', default: -1 },
  { name: 'live_preview', type: 'boolean', default: true },
] as const;

export function progressRoutes({ jobs, taskIds }: ProgressDeps): Route[] {
  const asked = { interrupted: '', skipped: '' };
  const tag = 'sdapi';
  return [
    {
      method: 'get',
      path: '/sdapi/v1/progress',
      summary: 'Where the running job is',
      tag,
      query: { skip_current_image: { type: 'boolean', default: false } },
      handle: (req) => progress(req, jobs, asked),
    },
    {
      method: 'post',
      path: '/sdapi/v1/interrupt',
      summary: 'Ends the running job after its step; finished pictures are kept',
      tag,
      handle: () => {
        asked.interrupted = jobs.runningId() ?? '';
        if (asked.interrupted !== '') jobs.interrupt(asked.interrupted);
        return {};
      },
    },
    {
      method: 'post',
      path: '/sdapi/v1/skip',
      summary: 'Goes on with the next batch of the running job',
      tag,
      handle: () => {
        asked.skipped = jobs.runningId() ?? '';
        if (asked.skipped !== '') jobs.skip(asked.skipped);
        return null;
      },
    },
    {
      method: 'post',
      path: '/internal/progress',
      summary: 'Where one job is, and its preview',
      tag: 'internal',
      handle: (req) => internalProgress(req, jobs, taskIds),
    },
    {
      method: 'get',
      path: '/internal/pending-tasks',
      summary: 'Jobs that wait, in order',
      tag: 'internal',
      handle: () => {
        const tasks = waitingIds(jobs).map((id) => taskIds.taskOf(id));
        return { size: tasks.length, tasks };
      },
    },
    {
      method: 'get',
      path: '/internal/ping',
      summary: 'Answers while the server is up',
      tag: 'internal',
      handle: () => ({}),
    },
  ];
}

function progress(req: Request, jobs: JobService, asked: { interrupted: string; skipped: string }): unknown {
  const query = readQuery(PROGRESS_QUERY, req.query);
  const id = jobs.runningId();
  const now = id === null ? null : currentProgress(jobs, id);
  const job = id === null ? null : jobs.get(id);
  const preview = id === null || query.skip_current_image === true ? null : jobs.latestPreview(id);
  return {
    progress: id === null ? 0 : shownFraction(now),
    eta_relative: now?.etaSeconds ?? 0,
    state: {
      skipped: id !== null && asked.skipped === id,
      interrupted: id !== null && asked.interrupted === id,
      stopping_generation: id !== null && asked.interrupted === id,
      job: id === null ? '' : jobName(now),
      job_count: id === null ? 0 : (now?.batches ?? job?.request.n_iter ?? 1),
      job_timestamp: job === null ? '0' : timestamp(job.startedAt ?? job.createdAt),
      job_no: now?.batch ?? 0,
      sampling_step: now?.step ?? 0,
      sampling_steps: now?.steps ?? job?.request.steps ?? 0,
    },
    current_image: preview === null ? null : base64(preview),
    textinfo: null,
  };
}

function internalProgress(req: Request, jobs: JobService, taskIds: TaskIds): unknown {
  const body = readBody(INTERNAL_FIELDS, req.body);
  const taskId = (body.id_task as string | null) ?? '';
  const id = taskIds.jobOf(taskId);
  const job = taskId === '' ? null : jobs.get(id);
  const active = job !== null && jobs.runningId() === id;
  const waiting = waitingIds(jobs);
  const place = waiting.indexOf(id);
  const queued = place >= 0;
  const completed = job !== null && !active && !queued;
  if (!active) {
    const textinfo = queued ? `In queue: ${place + 1}/${waiting.length}` : 'Waiting...';
    return {
      active,
      queued,
      completed,
      progress: null,
      eta: null,
      live_preview: null,
      id_live_preview: -1,
      textinfo,
    };
  }
  const now = currentProgress(jobs, id);
  const preview = body.live_preview === true ? jobs.latestPreview(id) : null;
  const previewId = preview === null ? -1 : previewNumber(preview, now);
  const isNew = preview !== null && previewId > Number(body.id_live_preview);
  return {
    active,
    queued,
    completed,
    progress: shownFraction(now),
    eta: now?.etaSeconds ?? null,
    live_preview: isNew ? `data:${preview.mime};base64,${base64(preview)}` : null,
    id_live_preview: isNew ? previewId : Number(body.id_live_preview),
    textinfo: now?.phase ?? null,
  };
}

function currentProgress(jobs: JobService, id: string): JobProgress | null {
  const latest = jobs.latestProgress();
  return latest?.jobId === id ? latest : null;
}

/** A1111's arithmetic: clients take 0 for idle, so a running job shows at least 0.01. */
function shownFraction(now: JobProgress | null): number {
  if (now === null || now.batches === 0) return 0.01;
  const ofBatch = now.steps === 0 ? 0 : now.step / now.steps;
  return Math.min(1, 0.01 + (now.batch + ofBatch) / now.batches);
}

function jobName(now: JobProgress | null): string {
  return now !== null && now.batches > 1 ? `Batch ${now.batch + 1} out of ${now.batches}` : 'scripts_txt2img';
}

/** Rises with every preview of a job. */
function previewNumber(preview: Preview, now: JobProgress | null): number {
  return (now?.batch ?? 0) * 10_000 + preview.step;
}

function waitingIds(jobs: JobService): string[] {
  const running = jobs.runningId();
  return jobs
    .list()
    .filter((job) => job.state === 'queued' && job.id !== running)
    .map((job) => job.id);
}

function base64(preview: Preview): string {
  return Buffer.from(preview.data).toString('base64');
}
