import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import multer, { MulterError, type StorageEngine } from 'multer';
import { TapestryError } from '#contracts/errors.ts';
import { writeError } from '#io/atomic.ts';
import { ACCEPTED_PICTURES, type Upload, type Uploads } from '../gallery/uploads.ts';
import type { Route } from './route.ts';
import { sendPicture } from './send-picture.ts';

export interface UploadRoutesDeps {
  uploads: Uploads;
  /** Largest file in bytes. */
  maxBytes: number;
}

const FIELD = 'file';
const BODY = {
  type: 'object',
  required: [FIELD],
  properties: {
    [FIELD]: { type: 'string', contentMediaType: 'image/*', description: 'multipart/form-data' },
  },
};

/** Input pictures: sent once, referred to by id. */
export function uploadRoutes({ uploads, maxBytes }: UploadRoutesDeps): Route[] {
  const tag = 'uploads';
  const receive = receiver(uploads.incoming, maxBytes);
  return [
    {
      method: 'post',
      path: '/api/uploads',
      summary: `Takes a picture (multipart/form-data, field "${FIELD}"): 201 with its id`,
      tag,
      body: BODY,
      handle: async (request, response) => {
        const file = await receive(request, response);
        const upload = await uploads.adopt(file.path, file.filename, FIELD);
        response.status(201);
        return toPublic(upload, request.baseUrl);
      },
    },
    {
      method: 'get',
      path: '/api/uploads/:id',
      summary: 'The bytes of an uploaded picture',
      tag,
      handle: (request, response) => {
        const id = String(request.params.id);
        const upload = uploads.find(id);
        if (upload === null) throw new TapestryError('UNKNOWN_UPLOAD', { value: id });
        return sendPicture(response, { ...upload, format: extname(upload.path).slice(1), etag: id });
      },
    },
  ];
}

/** Reads one file out of a multipart body. */
function receiver(folder: string, maxBytes: number) {
  const single = multer({
    storage: hashingStorage(folder),
    limits: { fileSize: maxBytes, files: 1, fields: 10, fieldSize: 10_000, parts: 11 },
  }).single(FIELD);
  return async (request: Request, response: Response): Promise<Express.Multer.File> => {
    await new Promise<void>((resolve, reject) => {
      single(request, response, (thrown: unknown) =>
        thrown ? reject(toUploadError(thrown, maxBytes)) : resolve(),
      );
    });
    if (request.file !== undefined) return request.file;
    const accepted = `multipart/form-data with a picture (${ACCEPTED_PICTURES}) in it`;
    throw new TapestryError('INVALID_FIELD', { field: FIELD, value: 'nothing', accepted });
  };
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
        (thrown) => rm(path, { force: true }).finally(() => done(writeError(folder, thrown))),
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
