import type { Response } from 'express';
import { TapestryError } from '#contracts/errors.ts';

const MIME: Record<string, string> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  avif: 'image/avif',
  gif: 'image/gif',
};

/**
 * Sends a picture that never changes under its URL. The path comes from a row that the app wrote, never from a
 * request. A file that is not there any more is NOT_FOUND.
 */
export function sendPicture(
  response: Response,
  file: { path: string; format: string; etag: string },
): Promise<void> {
  response.set({
    'content-type': MIME[file.format] ?? 'application/octet-stream',
    'cache-control': 'private, max-age=31536000, immutable',
    etag: `"${file.etag}"`,
    'x-content-type-options': 'nosniff',
  });
  const options = { dotfiles: 'allow', cacheControl: false, lastModified: false } as const;
  return new Promise((resolve, reject) => {
    response.sendFile(file.path, options, (error?: NodeJS.ErrnoException) => {
      if (error === undefined) return resolve();
      // The client went away in the middle: there is nobody to tell.
      if (response.headersSent) return resolve(void response.destroy());
      for (const name of ['content-type', 'cache-control', 'etag']) response.removeHeader(name);
      reject(error.code === 'ENOENT' ? new TapestryError('NOT_FOUND') : error);
    });
  });
}
