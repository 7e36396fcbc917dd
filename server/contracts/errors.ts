/**
 * The catalogue of coded errors. Every process, the web page and extensions share it.
 * `message` is a template: `{name}` is filled from the error's params. `docs/errors.md` lists exactly these
 * codes; a test insists.
 */
export const ERROR_CATALOGUE = {
  INVALID_FIELD: { status: 422, message: '{field}: {value} is not accepted; expected {accepted}' },
  UNKNOWN_SAMPLER: { status: 404, message: 'Sampler not found: {value}; nearest: {accepted}' },
  UNKNOWN_SCHEDULER: { status: 404, message: 'Scheduler not found: {value}; nearest: {accepted}' },
  UNKNOWN_CHECKPOINT: { status: 404, message: 'Checkpoint not found: {value}; nearest: {accepted}' },
  UNKNOWN_SCRIPT: { status: 422, message: "Script '{value}' not found; known: {accepted}" },
  UNKNOWN_JOB: { status: 404, message: 'Job not found: {value}' },
  UNKNOWN_UPLOAD: { status: 404, message: 'Upload not found: {value}' },
  NOT_FOUND: { status: 404, message: 'Not Found' },
  METHOD_NOT_ALLOWED: { status: 405, message: 'Method Not Allowed' },
  BODY_TOO_LARGE: { status: 413, message: 'The body is larger than the limit of {accepted}' },
  UNSUPPORTED_UPLOAD: {
    status: 415,
    message: '{field}: {value} cannot be read as a picture; accepted: {accepted}',
  },
  FOREIGN_ORIGIN: {
    status: 403,
    message: 'Requests from {value} are refused; allow it with --cors-allow-origins',
  },
  FOREIGN_HOST: { status: 403, message: 'Host {value} is refused; name it with --server-name' },
  UNAUTHORIZED: { status: 401, message: '{value}' },
  QUEUE_FULL: { status: 503, message: 'The queue holds {value} jobs, which is its limit' },
  JOB_FINISHED: { status: 409, message: 'Job {value} is finished already' },
  IDEMPOTENCY_CONFLICT: { status: 409, message: 'Idempotency key {value} was used with another body' },
  CHECKPOINT_MISSING: { status: 404, message: 'The checkpoint file {value} is not there any more' },
  CHECKPOINT_BROKEN: { status: 422, message: 'The checkpoint {value} cannot be read: {reason}' },
  CHECKPOINT_UNSUPPORTED: {
    status: 422,
    message: 'The checkpoint {value} is not of a known family: {reason}',
  },
  NO_CHECKPOINT: {
    status: 409,
    message: 'No checkpoint is installed; put a .safetensors file into {accepted}',
  },
  OUTPUT_UNWRITABLE: { status: 507, message: 'The picture cannot be written to {value}: {reason}' },
  DISK_FULL: { status: 507, message: 'The disk is full while writing {value}' },
  OUT_OF_MEMORY: { status: 507, message: 'Not enough memory for {value}; try a smaller size or batch' },
  ENGINE_DIED: { status: 500, message: 'The engine ended unexpectedly ({reason}); its log is with the job' },
  ENGINE_UNAVAILABLE: { status: 503, message: 'No engine could be started: {reason}' },
  ENGINE_STUCK: { status: 500, message: 'The engine did not answer for {value} and was ended' },
  NAN_OUTPUT: { status: 500, message: 'The {value} produced values that are not numbers; {accepted}' },
  EXTENSION_FAILED: { status: 500, message: 'Extension {extension} failed in {hook}: {reason}' },
  CANCELLED: { status: 499, message: 'The job was cancelled' },
  ABANDONED: { status: 499, message: 'Nobody waited for the job any more' },
  INTERNAL: { status: 500, message: '{reason}' },
} as const satisfies Record<string, { status: number; message: string }>;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;

/** What goes over the wire (IPC, HTTP, Socket.IO) when something failed. */
export interface ErrorRecord {
  code: ErrorCode;
  /** HTTP status this error answers with. */
  status: number;
  /** Plain English, names the field, the value and what would be accepted. */
  message: string;
  field?: string;
  value?: string;
  accepted?: string;
  reason?: string;
  extension?: string;
  hook?: string;
}

export interface ErrorParams {
  field?: string;
  value?: unknown;
  accepted?: string;
  reason?: string;
  extension?: string;
  hook?: string;
  cause?: unknown;
}

/** The one error class that crosses rooms. Anything else that is thrown becomes INTERNAL at the rim. */
export class TapestryError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly params: ErrorParams;

  constructor(code: ErrorCode, params: ErrorParams = {}) {
    const entry = ERROR_CATALOGUE[code];
    super(
      fillTemplate(entry.message, params),
      params.cause === undefined ? undefined : { cause: params.cause },
    );
    this.name = 'TapestryError';
    this.code = code;
    this.status = entry.status;
    this.params = params;
  }

  toRecord(): ErrorRecord {
    const { field, accepted, reason, extension, hook } = this.params;
    return {
      code: this.code,
      status: this.status,
      message: this.message,
      ...(field === undefined ? {} : { field }),
      ...(this.params.value === undefined ? {} : { value: showValue(this.params.value) }),
      ...(accepted === undefined ? {} : { accepted }),
      ...(reason === undefined ? {} : { reason }),
      ...(extension === undefined ? {} : { extension }),
      ...(hook === undefined ? {} : { hook }),
    };
  }

  static fromRecord(record: ErrorRecord): TapestryError {
    const { code, field, value, accepted, reason, extension, hook } = record;
    const known = code in ERROR_CATALOGUE;
    const why = known ? reason : record.message;
    return new TapestryError(known ? code : 'INTERNAL', {
      ...(field === undefined ? {} : { field }),
      ...(value === undefined ? {} : { value }),
      ...(accepted === undefined ? {} : { accepted }),
      ...(extension === undefined ? {} : { extension }),
      ...(hook === undefined ? {} : { hook }),
      ...(why === undefined ? {} : { reason: why }),
    });
  }

  /** Any thrown value as a TapestryError; unknown ones become INTERNAL with their message. */
  static from(thrown: unknown): TapestryError {
    if (thrown instanceof TapestryError) return thrown;
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    return new TapestryError('INTERNAL', { reason, cause: thrown });
  }
}

/** A value as an error message shows it: strings quoted, long ones cut at 80 characters. */
export function showValue(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function fillTemplate(template: string, params: ErrorParams): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = (params as Record<string, unknown>)[name];
    return value === undefined ? '' : showLong(value);
  });
}

function showLong(value: unknown): string {
  return typeof value === 'string' && value.length <= 2000 ? value : showValue(value);
}
