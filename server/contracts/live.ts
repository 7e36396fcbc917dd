/**
 * Socket.IO: what the server sends and what clients may ask. Events are numbered and stored (`JobEvent`); progress and
 * previews are not, the newest wins. A client that comes back sends the last `seq` it saw and gets what it missed.
 */
import type { Job, JobEvent, JobProgress } from './job.ts';

/** A preview picture of a running job. `data` is an encoded picture (`mime`). */
export interface Preview {
  jobId: string;
  /** 1-based step it shows. */
  step: number;
  /** Index of the first picture of the batch it shows. */
  index: number;
  width: number;
  height: number;
  mime: string;
  data: Uint8Array;
}

export interface Snapshot {
  /** Number of the newest event contained in this snapshot. */
  seq: number;
  /** Changes on every start of the app; a client that sees a new one reloads its lists. */
  boot: string;
  /** Queued and running jobs in order, then the newest finished ones (up to 50). */
  jobs: Job[];
}

export interface EngineStatus {
  state: 'starting' | 'ready' | 'busy' | 'dead';
  /** Execution provider in use, e.g. "cpu", "webgpu". */
  provider: string | null;
  /** Why a better provider was not taken, one line each. */
  notes: string[];
  /** Process id of the engine; null while there is none. */
  pid: number | null;
  /** Title of the checkpoint that is loaded. */
  checkpoint: string | null;
}

export interface ServerToClient {
  snapshot: (snapshot: Snapshot) => void;
  event: (event: JobEvent) => void;
  progress: (progress: JobProgress) => void;
  preview: (preview: Preview) => void;
  engine: (status: EngineStatus) => void;
  /** A setting changed or a model list changed: the page fetches it again. */
  changed: (what: 'options' | 'models' | 'extensions') => void;
}

export interface ClientToServer {
  /** Sent after each connect. `since`: last seen seq, null at first. Answered by `snapshot` or by missed `event`s. */
  hello: (message: { since: number | null; boot: string | null }) => void;
}
