/**
 * The protocol between app and engine: child-process IPC with `serialization: 'advanced'` (typed arrays travel as they
 * are). Every message of a job carries its fencing number; the app drops those of an attempt that is over.
 */
import type { ErrorRecord } from './errors.ts';
import type { TaskName } from './job.ts';
import type { ExtensionInfo } from './manifest.ts';
import type { PictureJob } from './request.ts';

/** What the app tells an engine when it forks it: JSON in the environment variable `TAPESTRY_ENGINE`. */
export interface EngineConfig {
  device: string;
  /** 0: one per core. */
  threads: number;
  /** `<data>/.tapestry`: caches lie below it. */
  stateFolder: string;
  /** Written into the infotext. */
  version: string;
}

/** One attempt at a job. */
export interface Assignment {
  jobId: string;
  /** Rises with each attempt; stamps all that comes back. */
  fence: number;
  task: TaskName;
  job: PictureJob;
  /** Folder of this attempt alone; exists. Pictures are written here. */
  tempFolder: string;
}

export type ToEngine =
  | { type: 'run'; assignment: Assignment }
  /** Enabled extensions, at start and on change: jobs that start later run on a fresh set of hooks. */
  | { type: 'extensions'; extensions: ExtensionInfo[] }
  /** Finish the step, decode, save and return what is there. */
  | { type: 'interrupt'; jobId: string }
  /** Drop the rest of this batch, go on with the next; what is there is decoded. */
  | { type: 'skip'; jobId: string }
  /** Drop the job after the step. */
  | { type: 'cancel'; jobId: string }
  /** Free all models. */
  | { type: 'unload' }
  | { type: 'shutdown' };

export interface EngineReady {
  type: 'ready';
  pid: number;
  provider: string;
  /** One line per provider that was tried and not taken, with the reason. */
  notes: string[];
  /** Milliseconds from process start to ready. */
  readyMs: number;
}

export interface ProgressMessage {
  type: 'progress';
  jobId: string;
  fence: number;
  phase: string;
  step: number;
  steps: number;
  batch: number;
  batches: number;
}

/** Raw preview, small: the app encodes it. `rgb` is height × width × 3, row-major, 0..255. */
export interface PreviewMessage {
  type: 'preview';
  jobId: string;
  fence: number;
  step: number;
  index: number;
  width: number;
  height: number;
  rgb: Uint8Array;
}

/** A finished picture, encoded, in the attempt's folder. */
export interface ImageMessage {
  type: 'image';
  jobId: string;
  fence: number;
  index: number;
  /** File name inside `tempFolder`. */
  file: string;
  /** File ending without the dot: png, jpg, webp, avif. */
  format: string;
  width: number;
  height: number;
  seed: number;
  subseed: number;
  infotext: string;
  grid: boolean;
}

export interface DoneMessage {
  type: 'done';
  jobId: string;
  fence: number;
  /** `interrupted`: pictures are those that were there. `cancelled`: there are none more. */
  outcome: 'complete' | 'interrupted' | 'cancelled';
  warnings: string[];
  /** A1111's `info` fields that only the engine knows (extra_generation_params, clip_skip, ...). */
  info: Record<string, unknown>;
  timings: JobTimings;
}

/** Milliseconds of one job, for the benchmark and the watchdog. */
export interface JobTimings {
  totalMs: number;
  /** From the assignment to the first UNet call. */
  toFirstPredictMs: number;
  loadMs: number;
  conditionMs: number;
  sampleMs: number;
  decodeMs: number;
  saveMs: number;
  /** Time inside onnxruntime's `session.run`. */
  sessionRunMs: number;
  predictCalls: number;
}

export interface FailedMessage {
  type: 'failed';
  jobId: string;
  fence: number;
  error: ErrorRecord;
  warnings: string[];
}

export type FromEngine =
  | EngineReady
  | ProgressMessage
  | PreviewMessage
  | ImageMessage
  | DoneMessage
  | FailedMessage
  | { type: 'loaded'; checkpoint: string | null }
  /** Extensions that could not be loaded, with the reason. */
  | { type: 'extensions'; loaded: string[]; faults: { id: string; reason: string }[] }
  | { type: 'memory'; rssBytes: number };
