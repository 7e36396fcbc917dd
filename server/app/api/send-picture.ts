import type { NextFunction, Response } from 'express';
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
  next: NextFunction,
): void {
  response.set({
    'content-type': MIME[file.format] ?? 'application/octet-stream',
    'cache-control': 'private, max-age=31536000, immutable',
    etag: `"${file.etag}"`,
    'x-content-type-options': 'nosniff',
  });
  response.sendFile(file.path, { dotfiles: 'allow', cacheControl: false, lastModified: false }, (error) => {
    if (error === undefined || error === null) return;
    const gone = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (response.headersSent) response.destroy();
    else next(gone ? new TapestryError('NOT_FOUND') : error);
  });
}
