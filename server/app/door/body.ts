import express, { type RequestHandler } from 'express';
import { TapestryError } from '#contracts/errors.ts';
import { findJsonFault, type JsonFault } from './json-fault.ts';

const MIB = 1024 * 1024;

/** Bytes of a JSON body: pictures as base64 come by way of the A1111 API only. */
export const BODY_LIMITS = { a1111: 100 * MIB, native: 4 * MIB } as const;

/** A body that is not JSON: where it broke, for A1111's envelope. */
export class BadJson extends Error {
  readonly document: string;
  readonly position: number;

  constructor(document: string, { message, position }: JsonFault) {
    super(message);
    this.name = 'BadJson';
    this.document = document;
    this.position = position;
  }
}

/**
 * Reads JSON bodies. A declared length over the limit is refused before a byte is kept, an undeclared one when it passes
 * the limit. JSON as text/plain or without a type is read only where no page can have sent it (no `Origin`): a page may
 * send those anywhere without asking first. Other types leave `req.body` undefined.
 */
export function jsonBody(limit: number): RequestHandler {
  const parse = express.json({ limit, strict: false, type: () => true });
  return (req, res, next) => {
    const isEmpty = req.headers['content-length'] === '0';
    if (isEmpty || !isJson(req.headers['content-type'], req.headers.origin)) return next();
    parse(req, res, (error?: unknown) => next(error === undefined ? undefined : bodyError(error, limit)));
  };
}

function isJson(contentType: string | undefined, origin: string | undefined): boolean {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/json' || type.endsWith('+json')) return true;
  return (type === '' || type === 'text/plain') && origin === undefined;
}

function bodyError(error: unknown, limit: number): unknown {
  const { type, body, message } = error as { type?: string; body?: unknown; message: string };
  if (type === 'entity.too.large') {
    return new TapestryError('BODY_TOO_LARGE', { field: 'body', accepted: `${limit / MIB} MiB` });
  }
  if (type === 'entity.parse.failed' && typeof body === 'string') {
    return new BadJson(body, findJsonFault(body));
  }
  return new TapestryError('INVALID_FIELD', { field: 'body', value: message, accepted: 'JSON in UTF-8' });
}
