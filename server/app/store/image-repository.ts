/**
 * Picture rows. `pending`: a name is chosen, the file may or may not be there yet. `stored`: the file lies at `path`.
 * Paths are relative to the data folder where they lie inside it, else absolute.
 */
import type { Database } from './database.ts';

export interface ImageRow {
  id: string;
  jobId: string;
  /** 0-based, over all batches of the job. */
  index: number;
  state: 'pending' | 'stored';
  /** True: in the outputs folder, the user's. False: kept only as the job's result. */
  saved: boolean;
  path: string;
  /** Where the engine wrote it. */
  temp: string;
  bytes: number;
  sha256: string;
  width: number;
  height: number;
  seed: number;
  subseed: number;
  infotext: string;
  grid: boolean;
  createdAt: string;
}

export interface ImageRepository {
  /** Inserts a pending row or replaces a pending one of the same job and index. */
  put(row: ImageRow): void;
  get(id: string): ImageRow | null;
  at(jobId: string, index: number): ImageRow | null;
  /** Stored pictures in order. */
  ofJob(jobId: string): ImageRow[];
  pending(): ImageRow[];
  markStored(id: string): void;
  remove(id: string): void;
  /** Jobs that have pictures kept only as their results. */
  jobsWithUnsaved(): string[];
  /** Removes the rows of pictures that were kept only as the job's results. */
  removeUnsaved(jobId: string): void;
}

interface RawImage extends Omit<ImageRow, 'saved' | 'grid'> {
  saved: number;
  grid: number;
}

const FIELDS = `id, job_id AS jobId, position AS "index", state, saved, path, temp, bytes, sha256, width, height,
  seed, subseed, infotext, grid, created_at AS createdAt`;

export function createImageRepository(db: Database): ImageRepository {
  const first = (raw: RawImage | null) => (raw === null ? null : toImageRow(raw));
  return {
    put(row) {
      db.run(
        `INSERT OR REPLACE INTO images (id, job_id, position, state, saved, path, temp, bytes, sha256, width, height,
           seed, subseed, infotext, grid, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        row.id,
        row.jobId,
        row.index,
        row.state,
        row.saved ? 1 : 0,
        row.path,
        row.temp,
        row.bytes,
        row.sha256,
        row.width,
        row.height,
        row.seed,
        row.subseed,
        row.infotext,
        row.grid ? 1 : 0,
        row.createdAt,
      );
    },
    get: (id) => first(db.one<RawImage>(`SELECT ${FIELDS} FROM images WHERE id = ?`, id)),
    at: (jobId, index) =>
      first(db.one<RawImage>(`SELECT ${FIELDS} FROM images WHERE job_id = ? AND position = ?`, jobId, index)),
    ofJob: (jobId) =>
      db
        .all<RawImage>(
          `SELECT ${FIELDS} FROM images WHERE job_id = ? AND state = 'stored' ORDER BY position`,
          jobId,
        )
        .map(toImageRow),
    pending: () => db.all<RawImage>(`SELECT ${FIELDS} FROM images WHERE state = 'pending'`).map(toImageRow),
    markStored: (id) => void db.run(`UPDATE images SET state = 'stored' WHERE id = ?`, id),
    remove: (id) => void db.run('DELETE FROM images WHERE id = ?', id),
    jobsWithUnsaved: () =>
      db
        .all<{ jobId: string }>('SELECT DISTINCT job_id AS jobId FROM images WHERE saved = 0')
        .map((row) => row.jobId),
    removeUnsaved: (jobId) => void db.run('DELETE FROM images WHERE job_id = ? AND saved = 0', jobId),
  };
}

function toImageRow(raw: RawImage): ImageRow {
  return { ...raw, saved: raw.saved === 1, grid: raw.grid === 1 };
}
