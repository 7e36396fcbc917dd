/**
 * Jobs, their events and their pictures, as HTTP, Socket.IO and the page see them.
 *
 *   queued → leased → running → done | failed | cancelled | abandoned | quarantined
 *
 * `leased`: handed to an engine that has not reported a step yet. A job whose engine died goes back to `queued` with
 * one more attempt; the second unexplained death quarantines it.
 */
import type { ErrorRecord } from './errors.ts';
import type { JobTimings } from './messages.ts';
import type { PictureRequest } from './request.ts';

export const JOB_STATES = [
  'queued',
  'leased',
  'running',
  'done',
  'failed',
  'cancelled',
  'abandoned',
  'quarantined',
] as const;
export type JobState = (typeof JOB_STATES)[number];

export const FINISHED_STATES: readonly JobState[] = [
  'done',
  'failed',
  'cancelled',
  'abandoned',
  'quarantined',
];

/** Kinds of work. Each is a task on the same queue. */
export const TASKS = ['txt2img'] as const;
export type TaskName = (typeof TASKS)[number];

/** One finished picture of a job. */
export interface JobImage {
  /** 0-based, counts pictures over all batches of the job. */
  index: number;
  /** URL path below the app's root, e.g. `/api/images/ID`. */
  url: string;
  /** Path relative to the data folder when saved to outputs, else null. */
  file: string | null;
  width: number;
  height: number;
  seed: number;
  subseed: number;
  /** A1111's `parameters` text of this picture. */
  infotext: string;
  /** True for a grid of the job's pictures. */
  grid: boolean;
}

/** Where a running job is. Progress is not stored: the newest wins. */
export interface JobProgress {
  jobId: string;
  /** What the engine is doing, for people: "loading tapestry-emoji", "sampling", "decoding". */
  phase: string;
  /** Sampler steps done and in all, of the running batch. */
  step: number;
  steps: number;
  /** Batch (0-based) and number of batches. */
  batch: number;
  batches: number;
  /** 0..1 over the whole job. */
  fraction: number;
  /** Seconds to the end, from measured speed; null until there is a measurement. */
  etaSeconds: number | null;
}

/** A job as clients see it. */
export interface Job {
  id: string;
  task: TaskName;
  state: JobState;
  /** ISO 8601, UTC. */
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  attempt: number;
  /** 0: running or next; null once finished. */
  position: number | null;
  request: PictureRequest;
  checkpoint: { name: string; title: string };
  source: 'ui' | 'api' | 'sdapi';
  images: JobImage[];
  warnings: string[];
  error: ErrorRecord | null;
  /** Tail of the engine's log, only where an engine died under the job. */
  log: string | null;
  progress: JobProgress | null;
  /** Where the time went, once done. */
  timings: JobTimings | null;
}

export const EVENT_KINDS = [
  'queued',
  'started',
  'image',
  'warning',
  'done',
  'failed',
  'cancelled',
  'abandoned',
  'quarantined',
  'retried',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** A numbered, stored event. `seq` rises by at least one per event over all jobs and never repeats. */
export interface JobEvent {
  seq: number;
  jobId: string;
  kind: EventKind;
  /** ISO 8601, UTC. */
  at: string;
  /** The whole job after the event, so that a client needs no second request. */
  job: Job;
}
