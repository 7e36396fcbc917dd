/**
 * The app's services as they know each other. Each is made by a factory that takes only what it needs; `compose.ts`
 * builds them all. Routers take services, never each other's insides.
 */
import type { ErrorRecord } from '#contracts/errors.ts';
import type { Job, JobEvent, JobProgress, TaskName } from '#contracts/job.ts';
import type { EngineStatus, Preview } from '#contracts/live.ts';
import type { ExtensionInfo, Panel } from '#contracts/manifest.ts';
import type { DoneMessage } from '#contracts/messages.ts';
import type { CheckpointRef, PictureRequest } from '#contracts/request.ts';

export interface SubmitInput {
  task: TaskName;
  /** Checked and resolved: names canonical, seeds drawn. */
  request: PictureRequest;
  /** Options with this request's overrides applied. */
  options: Record<string, unknown>;
  checkpoint: CheckpointRef;
  source: Job['source'];
  save: boolean;
  /** Same key and same body: the same job. Same key, another body: IDEMPOTENCY_CONFLICT. */
  idempotencyKey?: string;
  /** Digest of the body as the client sent it: what "same body" means, for `request` holds drawn seeds. */
  bodyDigest?: string;
  /** False for synchronous API calls whose client may go away: such a job ends as `abandoned` when nobody waits. */
  keepWithoutWaiter?: boolean;
  warnings?: string[];
}

/** Jobs: rows before replies, numbered events, one queue. */
export interface JobService {
  /** The row is committed when this resolves. */
  submit(input: SubmitInput): Promise<Job>;
  get(id: string): Job | null;
  /** Queued and running in order, then the newest finished ones. */
  list(limit?: number): Job[];
  /** Stored events after `since`, oldest first; fewer than there are where they would be large. */
  eventsAfter(since: number, limit?: number): JobEvent[];
  eventsOf(jobId: string, since?: number): JobEvent[];
  lastSeq(): number;
  /** Finish the step, decode, save, return. On a queued job: the same as cancel. A second call ends it harder. */
  interrupt(id: string): void;
  skip(id: string): void;
  cancel(id: string): void;
  /** Id of the job that an engine holds, if any. */
  runningId(): string | null;
  /** Resolves when the job reaches a finished state. `signal` gives the wait up; see `keepWithoutWaiter`. */
  waitFor(id: string, signal?: AbortSignal): Promise<FinishedJob>;
  onEvent(listener: (event: JobEvent) => void): () => void;
  onProgress(listener: (progress: JobProgress) => void): () => void;
  onPreview(listener: (preview: Preview) => void): () => void;
  latestPreview(jobId: string): Preview | null;
  /** Newest progress of the running job. */
  latestProgress(): JobProgress | null;
}

export interface FinishedJob {
  job: Job;
  /** Encoded pictures in order, as `job.images`: read lazily. */
  readImage(index: number): Promise<Uint8Array>;
  /** What the engine reported at the end; null where it never got there. */
  done: DoneMessage | null;
  error: ErrorRecord | null;
}

/** Keeps engines alive and fed. */
export interface Supervisor {
  status(): EngineStatus;
  onStatus(listener: (status: EngineStatus) => void): () => void;
  start(): Promise<void>;
  /** Ends the engine; a running job goes back to the queue. */
  stop(): Promise<void>;
  /** Memory of the engine process in bytes; null when there is none. */
  memory(): { rssBytes: number; pid: number } | null;
}

/** A checkpoint on disk. */
export interface CheckpointFile extends CheckpointRef {
  modelName: string;
  /** First 10 hex of sha256; null until computed. */
  shortHash: string | null;
  /** sibling .yaml or null */
  config: string | null;
  sizeBytes: number;
  /** Family id; null where the file is not recognised, with the reason. */
  family: string | null;
  reason: string | null;
  /** True where the file cannot be read at all (truncated, no header), rather than being of an unknown kind. */
  broken: boolean;
  /** What it was trained at, pixels. */
  nativeWidth: number;
  nativeHeight: number;
  /** `modelspec.*` and other header metadata. */
  metadata: Record<string, string>;
  /** Defaults that the file's own metadata recommends (steps, cfg_scale, sampler, examples). */
  defaults: {
    steps?: number;
    cfg_scale?: number;
    sampler_name?: string;
    scheduler?: string;
    examples?: string[];
  };
}

export interface Library {
  checkpoints(): CheckpointFile[];
  /** By title, name, stem, short hash or sha256. Throws UNKNOWN_CHECKPOINT with the nearest names. */
  resolve(name: string): CheckpointFile;
  /** Scans the folders again. */
  refresh(): Promise<void>;
  /** sha256 of a file, computed once and remembered by path, size and mtime; hashed off the app's loop. */
  hash(file: CheckpointFile): Promise<string>;
  onChange(listener: () => void): () => void;
}

export interface Settings {
  /** All options with defaults filled in. */
  all(): Record<string, unknown>;
  get<T = unknown>(key: string): T;
  /**
   * All or nothing: throws INVALID_FIELD. Unknown keys are ignored and returned. `persist: false` changes the values
   * until the next start and leaves `config.json` alone.
   */
  set(values: Record<string, unknown>, options?: { persist?: boolean }): Promise<{ unknown: string[] }>;
  /** A checked copy with overrides; unknown keys are returned, not applied. */
  effective(overrides: Record<string, unknown>): { options: Record<string, unknown>; unknown: string[] };
  onChange(listener: (keys: string[]) => void): () => void;
}

export interface Extensions {
  list(): ExtensionInfo[];
  /** Extensions that cannot be used, and why. */
  problems(): { id: string; folder: string; reason: string }[];
  /** Reads the manifests again. */
  refresh(): Promise<void>;
  /** Panels of enabled extensions. */
  panels(): { extension: string; panel: Panel }[];
  /** Positional arguments of an always-on script as values by extension. Throws UNKNOWN_SCRIPT, INVALID_FIELD. */
  fromScriptArgs(title: string, args: unknown): { extension: string; values: Record<string, unknown> };
  /** Checks a request's `extensions` values against the panels' fields. Throws INVALID_FIELD. */
  check(values: Record<string, Record<string, unknown>>): Record<string, Record<string, unknown>>;
  /** Script titles, lower case, as A1111's `scripts` route lists them. */
  scriptTitles(tab: 'txt2img' | 'img2img'): string[];
}

/** Where things lie. All absolute. */
export interface Paths {
  /** The program's own folder. */
  program: string;
  /** The user's data: models, outputs, config.json, extensions. Default: the program folder. */
  data: string;
  /** Database, uploads, attempt folders, caches: `<data>/.tapestry`. */
  state: string;
  checkpoints: string[];
  outputs: string;
  extensions: string[];
}
