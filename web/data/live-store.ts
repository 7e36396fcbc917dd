import { create } from 'zustand';
import type { Job, JobEvent, JobProgress } from '#contracts/job.ts';
import type { EngineStatus, Preview, Snapshot } from '#contracts/live.ts';
import {
  addSubmitted,
  applyEvent,
  applySnapshot,
  isFinished,
  type LiveJobs,
  NO_JOBS,
} from './live-reducer.ts';

export type Connection = 'connecting' | 'online' | 'lost';

interface LiveStore extends LiveJobs {
  connection: Connection;
  engine: EngineStatus | null;
  /** Newest progress; of the running job. */
  progress: JobProgress | null;
  preview: Preview | null;
  setConnection(connection: Connection): void;
  setEngine(engine: EngineStatus): void;
  setProgress(progress: JobProgress): void;
  setPreview(preview: Preview): void;
  snapshot(snapshot: Snapshot): void;
  event(event: JobEvent): void;
  submitted(job: Job): void;
}

/** Jobs, progress and previews as the server last told them. */
export const useLive = create<LiveStore>((set) => ({
  ...NO_JOBS,
  connection: 'connecting',
  engine: null,
  progress: null,
  preview: null,
  setConnection: (connection) => set({ connection }),
  setEngine: (engine) => set({ engine }),
  setProgress: (progress) => set({ progress }),
  setPreview: (preview) => set({ preview }),
  snapshot: (snapshot) =>
    set((state) => ({
      ...applySnapshot(state, snapshot),
      progress: snapshot.jobs.find((job) => job.progress !== null)?.progress ?? null,
    })),
  event: (event) =>
    set((state) => ({
      ...applyEvent(state, event),
      ...(endsRun(event) ? { progress: null, preview: null } : {}),
    })),
  submitted: (job) => set((state) => addSubmitted(state, job)),
}));

/** After these a progress or preview of the job is of a run that is over. */
function endsRun(event: JobEvent): boolean {
  return isFinished(event.job) || event.kind === 'started' || event.kind === 'retried';
}
