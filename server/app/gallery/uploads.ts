/** Input pictures as content-addressed files: the same bytes are one file, whoever sends them. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { TapestryError } from '#contracts/errors.ts';
import { writeError } from '#io/atomic.ts';
import type { Store } from '../store/store.ts';
import { syncFile } from './place-file.ts';
import { type PictureType, sniffPicture } from './sniff-picture.ts';

export interface Upload {
  /** sha256 of the bytes, lower-case hex. */
  id: string;
  /** Absolute. */
  path: string;
  mime: string;
  bytes: number;
  width: number | null;
  height: number | null;
}

export interface Uploads {
  /** Takes over a file that was received completely; it is gone from `file` afterwards, also on errors. */
  adopt(file: string, sha256: string, field: string): Promise<Upload>;
  /** For pictures that came inside a body. */
  store(bytes: Uint8Array, field: string): Promise<Upload>;
  find(id: string): Upload | null;
  /** Where received parts wait for `adopt`; exists. */
  readonly incoming: string;
}

export interface UploadsDeps {
  store: Pick<Store, 'uploads'>;
  /** Absolute; made where it is missing. */
  folder: string;
  /** Size in pixels, read from the file's header; throws where it cannot be read. None: sizes stay null. */
  measure?: (path: string) => Promise<{ width: number; height: number }>;
  now?: () => Date;
}

export const ACCEPTED_PICTURES = 'PNG, JPEG, WebP, GIF, AVIF';
const HEAD_BYTES = 32;

export async function createUploads(deps: UploadsDeps): Promise<Uploads> {
  const { store, folder } = deps;
  const now = deps.now ?? (() => new Date());
  const incoming = join(folder, 'incoming');
  // What a crash left here was never told to anyone.
  await fs.rm(incoming, { recursive: true, force: true });
  await fs.mkdir(incoming, { recursive: true });
  let count = 0;

  function find(id: string): Upload | null {
    const row = store.uploads.get(id);
    if (row === null) return null;
    const { mime, bytes, width, height } = row;
    return { id, path: join(folder, row.path), mime, bytes, width, height };
  }

  async function inspect(file: string, field: string): Promise<PictureType & Partial<Upload>> {
    const type = sniffPicture(await readHead(file));
    const refuse = (value: string, cause?: unknown) =>
      new TapestryError('UNSUPPORTED_UPLOAD', { field, value, accepted: ACCEPTED_PICTURES, cause });
    if (type === null) throw refuse('the file');
    if (deps.measure === undefined) return type;
    try {
      return { ...type, ...(await deps.measure(file)) };
    } catch (thrown) {
      throw refuse(`the ${type.format.toUpperCase()} file`, thrown);
    }
  }

  async function adopt(file: string, id: string, field: string): Promise<Upload> {
    try {
      const known = find(id);
      if (known !== null && (await exists(known.path))) return known;
      const picture = await inspect(file, field);
      const path = join(id.slice(0, 2), `${id}.${picture.format}`);
      const { size } = await fs.stat(file);
      await syncFile(fs, file);
      await fs.mkdir(join(folder, id.slice(0, 2)), { recursive: true });
      await fs.rename(file, join(folder, path));
      const { mime, width = null, height = null } = picture;
      store.uploads.put({ id, path, mime, bytes: size, width, height, createdAt: now().toISOString() });
      return find(id)!;
    } finally {
      await fs.rm(file, { force: true });
    }
  }

  return {
    incoming,
    find,
    adopt,
    async store(bytes, field) {
      const file = join(incoming, `body-${process.pid}-${count++}`);
      await fs.writeFile(file, bytes).catch((thrown) => {
        throw writeError(folder, thrown);
      });
      return adopt(file, createHash('sha256').update(bytes).digest('hex'), field);
    },
  };
}

async function readHead(file: string): Promise<Uint8Array> {
  const handle = await fs.open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function exists(path: string): Promise<boolean> {
  return fs.access(path).then(
    () => true,
    () => false,
  );
}
