import type { Job, JobImage, JobProgress } from '#contracts/job.ts';
import type { Gallery } from '../gallery/gallery.ts';
import type { JobRow } from '../store/job-repository.ts';

export interface JobViewDeps {
  gallery: Pick<Gallery, 'ofJob' | 'publicPath'>;
  progressOf: (jobId: string) => JobProgress | null;
}

/** A job as clients see it. `place`: its index among the unfinished ones. */
export function toJob(row: JobRow, place: number | null, deps: JobViewDeps): Job {
  return {
    id: row.id,
    task: row.task,
    state: row.state,
    createdAt: row.createdAt,
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
    attempt: row.attempt,
    position: row.finishedAt === null ? place : null,
    request: row.job.request,
    checkpoint: { name: row.job.checkpoint.name, title: row.job.checkpoint.title },
    source: row.source,
    images: imagesOf(row.id, deps.gallery),
    warnings: row.warnings,
    error: row.error,
    log: row.log,
    progress: deps.progressOf(row.id),
    timings: row.done?.timings ?? null,
  };
}

function imagesOf(jobId: string, gallery: JobViewDeps['gallery']): JobImage[] {
  return gallery.ofJob(jobId).map((row) => ({
    index: row.index,
    url: `/api/images/${row.id}`,
    file: gallery.publicPath(row),
    width: row.width,
    height: row.height,
    seed: row.seed,
    subseed: row.subseed,
    infotext: row.infotext,
    grid: row.grid,
  }));
}
