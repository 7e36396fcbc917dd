import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Request, Router } from 'express';
import multer, { MulterError, type StorageEngine } from 'multer';
import { TapestryError } from '#contracts/errors.ts';
import { toOutputError } from '../gallery/gallery.ts';
import { ACCEPTED_PICTURES, type Upload, type Uploads } from '../gallery/uploads.ts';
import { sendPicture } from './send-picture.ts';

export interface UploadsRouterDeps {
  uploads: Uploads;
  /** Largest file in bytes. */
  maxBytes: number;
}

const FIELD = 'file';

/** `POST /api/uploads` (multipart, one `file`) and `GET /api/uploads/:id`. Errors go to `next`. */
export function createUploadsRouter({ uploads, maxBytes }: UploadsRouterDeps): Router {
  const router = Router();
  const receive = multer({
    storage: hashingStorage(uploads.incoming),
    limits: { fileSize: maxBytes, files: 1, fields: 10, fieldSize: 10_000, parts: 11 },
  }).single(FIELD);

  router.post(
    '/api/uploads',
    (request, response, next) =>
      receive(request, response, (thrown: unknown) => next(thrown && toUploadError(thrown, maxBytes))),
    async (request, response) => {
      const file = request.file;
      if (file === undefined) {
        const accepted = `multipart/form-data with a picture (${ACCEPTED_PICTURES}) in it`;
        throw new TapestryError('INVALID_FIELD', { field: FIELD, value: 'nothing', accepted });
      }
      const upload = await uploads.adopt(file.path, file.filename, FIELD);
      response.status(201).json(toPublic(upload, request.baseUrl));
    },
  );

  router.get('/api/uploads/:id', (request, response, next) => {
    const upload = uploads.find(request.params.id);
    if (upload === null) throw new TapestryError('UNKNOWN_UPLOAD', { value: request.params.id });
    sendPicture(
      response,
      { path: upload.path, format: extname(upload.path).slice(1), etag: upload.id },
      next,
    );
  });
  return router;
}

function toPublic({ id, mime, bytes, width, height }: Upload, base: string) {
  return { id, url: `${base}/api/uploads/${id}`, mime, bytes, width, height };
}

/** Writes each part to a file and hashes it on the way; `filename` is the sha256. */
function hashingStorage(folder: string): StorageEngine {
  let count = 0;
  return {
    _handleFile(_request: Request, file, done) {
      const path = join(folder, `part-${process.pid}-${count++}`);
      const hash = createHash('sha256');
      const tap = new Transform({
        transform(chunk: Buffer, _encoding, next: TransformCallback) {
          hash.update(chunk);
          next(null, chunk);
        },
      });
      pipeline(file.stream, tap, createWriteStream(path, { flags: 'wx' })).then(
        () => done(null, { path, filename: hash.digest('hex') }),
        (thrown) => rm(path, { force: true }).finally(() => done(toOutputError(thrown, folder))),
      );
    },
    _removeFile(_request, file, done) {
      rm(file.path, { force: true }).then(() => done(null), done);
    },
  };
}

function toUploadError(thrown: unknown, maxBytes: number): unknown {
  if (!(thrown instanceof MulterError)) return thrown;
  if (thrown.code === 'LIMIT_FILE_SIZE') {
    return new TapestryError('BODY_TOO_LARGE', { accepted: `${maxBytes} bytes per file` });
  }
  const accepted = `one file in the field "${FIELD}"`;
  return new TapestryError('INVALID_FIELD', {
    field: thrown.field ?? FIELD,
    value: thrown.message,
    accepted,
  });
}
