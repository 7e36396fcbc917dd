/**
 * The app alone gives pictures their names. An engine writes into its attempt's folder; from there a picture goes
 *
 *   pending row (name chosen) → link to the name → stored row and event in one transaction → unlink the temporary
 *
 * so that a crash after any arrow is repaired at the next start, and a job that is painted twice has one set.
 */
import * as nodeFs from 'node:fs/promises';
import { basename, dirname, extname, isAbsolute, join, relative, resolve } from 'node:path';
import type { TapestryError } from '#contracts/errors.ts';
import type { Assignment, ImageMessage } from '#contracts/messages.ts';
import { writeError } from '#io/atomic.ts';
import { decodePicture } from '#io/image.ts';
import { isInside } from '#io/paths.ts';
import type { ImageRow } from '../store/image-repository.ts';
import type { Store } from '../store/store.ts';
import { type Destination, needsPixels, outputDestination } from './destination.ts';
import { type FileCalls, partOf, placeFile, syncFile } from './place-file.ts';

export interface GalleryDeps {
  store: Pick<Store, 'images'>;
  /** Absolute. Relative output folders begin here. */
  dataFolder: string;
  /** Pictures that are not saved to outputs are kept here. */
  resultsFolder: string;
  calls?: FileCalls;
  /** Gets the infotext of each job's first picture, as A1111's `params.txt`; none: no such file. */
  paramsFile?: string;
  now?: () => Date;
}

/** Runs `change` in a transaction that also tells that the job has a picture more. */
export type Seal = (jobId: string, change: () => void) => void;

export interface Kept {
  /** `known`: an earlier attempt stored this picture already; the new one is dropped. */
  outcome: 'stored' | 'known';
  /** Why the picture could not go to the outputs folder; it is kept as the job's result then. */
  error: TapestryError | null;
  /** For people: what went less than well. */
  warning: string | null;
}

export interface PictureFile {
  /** Absolute. */
  path: string;
  /** sha256, lower-case hex. */
  sha256: string;
  format: string;
}

export interface Gallery {
  /**
   * Commits a picture. Throws only where it can be kept nowhere.
   */
  keep(assignment: Assignment, message: ImageMessage, seal: Seal): Promise<Kept>;
  /** Ends what a crash left half done. Call before any engine runs. */
  reconcile(seal: Seal): Promise<void>;
  ofJob(jobId: string): ImageRow[];
  /** The file of a stored picture; null where there is no such picture. */
  find(imageId: string): PictureFile | null;
  /** The path as clients see it: relative to the data folder where it lies inside. */
  publicPath(row: ImageRow): string | null;
  /** Removes the pictures that were kept only as this job's results. */
  dropResults(jobId: string): Promise<void>;
}

export function createGallery(deps: GalleryDeps): Gallery {
  const { store, dataFolder, resultsFolder, calls = nodeFs } = deps;
  const now = deps.now ?? (() => new Date());
  const { images } = store;
  /** One picture at a time: two would choose the same counter. */
  let last: Promise<unknown> = Promise.resolve();
  const alone = <T>(body: () => Promise<T>): Promise<T> => {
    const turn = last.then(body);
    last = turn.catch(() => undefined);
    return turn;
  };
  const toStored = (path: string) => (isInside(dataFolder, path) ? relative(dataFolder, path) : path);
  const toAbsolute = (path: string) => (isAbsolute(path) ? path : resolve(dataFolder, path));

  const resultsOf = ({ jobId, index }: ImageRow, ending: string): Destination => ({
    folder: join(resultsFolder, jobId),
    *names() {
      yield `${index}.${ending}`;
      for (let n = 1; ; n++) yield `${index}-${n}.${ending}`;
    },
  });

  /** Chooses a name, writes it down, takes it; as often as another file has that name already. */
  async function place(row: ImageRow, to: Destination): Promise<ImageRow> {
    await calls.mkdir(to.folder, { recursive: true });
    const present = await calls.readdir(to.folder);
    for (const name of to.names(present)) {
      const path = join(to.folder, name);
      const named = { ...row, path: toStored(path) };
      images.put(named);
      if (await placeFile(calls, toAbsolute(row.temp), path)) return named;
    }
    throw new Error('unreachable: names never end');
  }

  async function commit(row: ImageRow, seal: Seal): Promise<void> {
    seal(row.jobId, () => images.markStored(row.id));
    await calls.rm(toAbsolute(row.temp), { force: true });
    await rememberParams(row);
  }

  /** Convenience, not record: a failure here must not fail a job. */
  async function rememberParams(row: ImageRow): Promise<void> {
    if (deps.paramsFile === undefined || row.index !== 0 || row.grid) return;
    const fresh = `${deps.paramsFile}.new`;
    try {
      await calls.writeFile(fresh, row.infotext);
      await calls.rename(fresh, deps.paramsFile);
    } catch {
      await calls.rm(fresh, { force: true }).catch(() => undefined);
    }
  }

  async function keep(assignment: Assignment, message: ImageMessage, seal: Seal): Promise<Kept> {
    const temp = join(assignment.tempFolder, basename(message.file));
    if (images.at(assignment.jobId, message.index)?.state === 'stored') {
      await calls.rm(temp, { force: true });
      return { outcome: 'known', error: null, warning: null };
    }
    await syncFile(calls, temp);
    const bytes = await calls.readFile(temp);
    const { job } = assignment;
    const wanted = message.grid ? job.options.grid_save : job.options.samples_save;
    const row: ImageRow = {
      id: `${assignment.jobId}-${message.index}`,
      jobId: assignment.jobId,
      index: message.index,
      state: 'pending',
      saved: job.save && wanted !== false,
      path: '',
      temp: toStored(temp),
      bytes: bytes.byteLength,
      sha256: await sha256Of(bytes),
      width: message.width,
      height: message.height,
      seed: message.seed,
      subseed: message.subseed,
      infotext: message.infotext,
      grid: message.grid,
      createdAt: now().toISOString(),
    };
    const results = resultsOf(row, message.format);
    if (!row.saved) {
      await commit(await place(row, results), seal);
      return { outcome: 'stored', error: null, warning: null };
    }
    const pixels = needsPixels(job) ? (await decodePicture(bytes)).rgb : new Uint8Array();
    const outputs = outputDestination({ job, image: message, at: now(), pixels }, dataFolder);
    let named: ImageRow;
    try {
      named = await place(row, outputs);
    } catch (thrown) {
      const error = writeError(outputs.folder, thrown);
      await commit(await place({ ...row, saved: false }, results), seal);
      return { outcome: 'stored', error, warning: null };
    }
    await commit(named, seal);
    const sidecar = job.options.save_txt === true && !message.grid;
    const warning = sidecar ? await writeSidecar(toAbsolute(named.path), message.infotext) : null;
    return { outcome: 'stored', error: null, warning };
  }

  async function writeSidecar(picture: string, infotext: string): Promise<string | null> {
    const path = `${picture.slice(0, -extname(picture).length)}.txt`;
    try {
      await calls.writeFile(path, `${infotext}\n`, { flag: 'wx' });
      return null;
    } catch (thrown) {
      return `${basename(path)} could not be written: ${(thrown as Error).message}`;
    }
  }

  const holds = async (path: string, row: ImageRow) => {
    try {
      const bytes = await calls.readFile(path);
      return bytes.byteLength === row.bytes && (await sha256Of(bytes)) === row.sha256;
    } catch {
      return false;
    }
  };

  /** A name that was reserved but not filled yet, and a copy that was on its way. */
  async function sweep(path: string): Promise<void> {
    await calls.rm(partOf(path), { force: true });
    const bytes = await calls.readFile(path).catch(() => null);
    if (bytes?.byteLength === 0) await calls.rm(path, { force: true });
  }

  async function reconcileRow(row: ImageRow, seal: Seal): Promise<void> {
    const path = toAbsolute(row.path);
    if (await holds(path, row)) return commit(row, seal);
    await sweep(path);
    const painted = await holds(toAbsolute(row.temp), row);
    if (painted && (await replace(row, path))) return commit(row, seal);
    // Its job is not finished, so the picture is painted again.
    images.remove(row.id);
  }

  async function replace(row: ImageRow, path: string): Promise<boolean> {
    try {
      await calls.mkdir(dirname(path), { recursive: true });
      return await placeFile(calls, toAbsolute(row.temp), path);
    } catch {
      return false;
    }
  }

  return {
    keep: (assignment, message, seal) => alone(() => keep(assignment, message, seal)),
    reconcile: (seal) =>
      alone(async () => {
        for (const row of images.pending()) await reconcileRow(row, seal);
      }),
    ofJob: (jobId) => images.ofJob(jobId),
    find(imageId) {
      const row = images.get(imageId);
      if (row?.state !== 'stored') return null;
      return { path: toAbsolute(row.path), sha256: row.sha256, format: extname(row.path).slice(1) };
    },
    publicPath: (row) => (row.saved ? row.path : null),
    async dropResults(jobId) {
      images.removeUnsaved(jobId);
      await calls.rm(join(resultsFolder, jobId), { recursive: true, force: true });
    },
  };
}

async function sha256Of(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  // The asynchronous digest runs on another thread: a 16 megapixel PNG would hold the loop for tens of milliseconds.
  return Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex');
}
