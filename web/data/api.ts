import type { ErrorCode, ErrorRecord } from '#contracts/errors.ts';
import { appUrl } from './base-path.ts';

/** A request that the server refused, or that never reached it. */
export class ApiError extends Error {
  readonly record: ErrorRecord;
  /** True where no answer came: the request may be sent again. */
  readonly unreachable: boolean;

  constructor(record: ErrorRecord, unreachable = false) {
    super(record.message);
    this.name = 'ApiError';
    this.record = record;
    this.unreachable = unreachable;
  }

  static from(thrown: unknown): ApiError {
    if (thrown instanceof ApiError) return thrown;
    return new ApiError(
      errorRecord('INTERNAL', 500, thrown instanceof Error ? thrown.message : String(thrown)),
    );
  }
}

interface CallOptions {
  body?: unknown;
  /** The server answers a repeated key with the job it made the first time. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

export function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  return call<T>('GET', path, signal === undefined ? {} : { signal });
}

export function postJson<T>(
  path: string,
  body?: unknown,
  options: Omit<CallOptions, 'body'> = {},
): Promise<T> {
  return call<T>('POST', path, { ...options, body: body ?? {} });
}

async function call<T>(method: 'GET' | 'POST', path: string, options: CallOptions): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json', 'x-tapestry-client': 'ui' };
  if (options.body !== undefined) headers['content-type'] = 'application/json';
  if (options.idempotencyKey !== undefined) headers['idempotency-key'] = options.idempotencyKey;
  let response: Response;
  try {
    response = await fetch(appUrl(path), {
      method,
      headers,
      credentials: 'same-origin',
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ApiError(errorRecord('INTERNAL', 503, 'The server cannot be reached. Is it running?'), true);
  }
  const body = await readBody(response);
  if (!response.ok) throw new ApiError(toErrorRecord(response.status, body));
  return body as T;
}

async function readBody(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function toErrorRecord(status: number, body: unknown): ErrorRecord {
  if (typeof body === 'object' && body !== null && 'error' in body) {
    const { error } = body;
    if (typeof error === 'object' && error !== null && 'message' in error) return error as ErrorRecord;
  }
  return errorRecord('INTERNAL', status, `The server answered with status ${status}`);
}

function errorRecord(code: ErrorCode, status: number, message: string): ErrorRecord {
  return { code, status, message };
}

/** A random key; `crypto.randomUUID` is missing on pages served over plain http from another machine. */
export function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
