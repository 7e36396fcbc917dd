import type { NextFunction, Request, Response } from 'express';
import { TapestryError } from '#contracts/errors.ts';
import type { Logger } from '#io/log.ts';
import { BadJson } from '../door/body.ts';
import { areaOf } from '../door/door.ts';
import { type Fault, ValidationError } from './pydantic.ts';

/** Details that clients compare letter by letter; what more there is to say stands in `errors`. */
const EXACT_DETAILS: Readonly<Record<string, (error: TapestryError) => string>> = {
  UNKNOWN_SAMPLER: () => 'Sampler not found',
  UNKNOWN_SCHEDULER: () => 'Scheduler not found',
  UNKNOWN_SCRIPT: (error) => `Script '${error.params.value}' not found`,
};

/** Any path that no route took. */
export function notFound(): never {
  throw new TapestryError('NOT_FOUND');
}

/**
 * Answers what was thrown: in A1111's three envelopes below its paths, as `{ error: ErrorRecord }` elsewhere. 5xx are
 * logged with their cause.
 */
export function errorHandler(log: Logger) {
  return (error: unknown, req: Request, res: Response, _next: NextFunction): void => {
    // A path with broken escapes names nothing.
    const thrown = error instanceof URIError ? new TapestryError('NOT_FOUND') : error;
    const status = statusOf(thrown);
    if (status >= 500) log.error({ err: thrown, path: req.path }, 'request failed');
    if (res.headersSent) {
      res.destroy();
      return;
    }
    const isA1111 = areaOf(req.path) === 'a1111' || req.path.startsWith('/internal/');
    res.status(status).json(isA1111 ? a1111Body(thrown) : nativeBody(thrown));
  };
}

function statusOf(thrown: unknown): number {
  if (thrown instanceof ValidationError || thrown instanceof BadJson) return 422;
  const status = TapestryError.from(thrown).status;
  // 499 is a client that left; one that is still here gets a code it knows.
  return status === 499 ? 409 : status;
}

/** The body of an error below A1111's paths. */
export function a1111Body(thrown: unknown): unknown {
  if (thrown instanceof BadJson) return { detail: [jsonFault(thrown)] };
  if (thrown instanceof ValidationError) return { detail: thrown.faults };
  const error = TapestryError.from(thrown);
  switch (error.code) {
    case 'NOT_FOUND':
    case 'METHOD_NOT_ALLOWED':
      return { detail: error.message };
    case 'INVALID_FIELD':
      return { detail: [fieldFault(error)] };
    default:
      return error.status === 500 ? exceptionBody(thrown, error) : httpException(error);
  }
}

/** The body of an error elsewhere. */
export function nativeBody(thrown: unknown): unknown {
  if (thrown instanceof BadJson) {
    const error = new TapestryError('INVALID_FIELD', {
      field: 'body',
      value: thrown.document.slice(thrown.position, thrown.position + 20),
      accepted: `JSON (${thrown.message})`,
    });
    return { error: error.toRecord() };
  }
  if (thrown instanceof ValidationError) {
    const fault = thrown.faults[0];
    const field = fault?.loc.slice(1).join('.') ?? 'body';
    return {
      error: new TapestryError('INVALID_FIELD', {
        field,
        value: fault?.ctx?.given,
        accepted: fault?.msg ?? '',
      }).toRecord(),
    };
  }
  return { error: TapestryError.from(thrown).toRecord() };
}

function httpException(error: TapestryError): unknown {
  const exact = EXACT_DETAILS[error.code]?.(error);
  return {
    error: 'HTTPException',
    detail: exact ?? error.message,
    body: '',
    errors: exact === undefined ? '' : error.message,
  };
}

function exceptionBody(thrown: unknown, error: TapestryError): unknown {
  const name = error.code === 'INTERNAL' && thrown instanceof Error ? thrown.name : 'RuntimeError';
  return {
    error: name === 'TapestryError' ? 'RuntimeError' : name,
    detail: '',
    body: '',
    errors: error.message,
  };
}

function fieldFault(error: TapestryError): Fault {
  const { field = 'body', value, accepted } = error.params;
  const path = field === 'body' ? [] : field.split('.');
  return { loc: ['body', ...path], msg: error.message, type: 'value_error', ctx: { given: value, accepted } };
}

const DOCUMENT_SHOWN = 2000;

function jsonFault({ document, position, message }: BadJson): Fault {
  const before = document.slice(0, position);
  const lineno = before.split('\n').length;
  const colno = position - before.lastIndexOf('\n');
  return {
    loc: ['body', position],
    msg: `${message}: line ${lineno} column ${colno} (char ${position})`,
    type: 'value_error.jsondecode',
    ctx: { msg: message, doc: document.slice(0, DOCUMENT_SHOWN), pos: position, lineno, colno },
  };
}
