/**
 * Bodies read as A1111 reads them (pydantic 1): floats and numeric texts for integers, 0/1 and words for booleans, numbers
 * for texts, lists of pairs for objects; unknown fields ignored; every fault collected and named in pydantic's vocabulary.
 */
import type { JsonSchema } from './route.ts';

export type FieldType = 'string' | 'integer' | 'number' | 'boolean' | 'list' | 'strings' | 'object';

export interface BodyField {
  name: string;
  type: FieldType;
  default?: unknown;
  nullable?: boolean;
  required?: boolean;
  min?: number;
  max?: number;
  description?: string;
}

/** One fault as pydantic 1 reports it. */
export interface Fault {
  loc: (string | number)[];
  msg: string;
  type: string;
  ctx?: Record<string, unknown>;
}

export class ValidationError extends Error {
  readonly faults: Fault[];

  constructor(faults: Fault[]) {
    super(faults.map((fault) => `${fault.loc.join('.')}: ${fault.msg}`).join('; '));
    this.name = 'ValidationError';
    this.faults = faults;
  }
}

/** All fields at their parsed or default values, in the table's order. Throws ValidationError. */
export function readBody(fields: readonly BodyField[], body: unknown): Record<string, unknown> {
  if (body === undefined) {
    throw new ValidationError([{ loc: ['body'], msg: 'field required', type: 'value_error.missing' }]);
  }
  if (!isObject(body)) {
    throw new ValidationError([{ loc: ['body'], msg: 'value is not a valid dict', type: 'type_error.dict' }]);
  }
  const faults: Fault[] = [];
  const entries = fields.map((field) => {
    const sent = Object.hasOwn(body, field.name) ? body[field.name] : undefined;
    return [field.name, readField(field, sent, ['body', field.name], faults)] as const;
  });
  if (faults.length > 0) throw new ValidationError(faults);
  return Object.fromEntries(entries);
}

/** A query's values: as a body's, where everything is text. */
export function readQuery(
  fields: readonly BodyField[],
  query: Record<string, unknown>,
): Record<string, unknown> {
  const faults: Fault[] = [];
  const entries = fields.map((field) => [
    field.name,
    readField(field, query[field.name], ['query', field.name], faults),
  ]);
  if (faults.length > 0) throw new ValidationError(faults);
  return Object.fromEntries(entries);
}

/** The table as JSON Schema. */
export function schemaOf(fields: readonly BodyField[]): JsonSchema {
  const properties = fields.map((field) => [field.name, fieldSchema(field)] as const);
  const required = fields.filter((field) => field.required).map((field) => field.name);
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(required.length > 0 ? { required } : {}),
  };
}

function fieldSchema(field: BodyField): JsonSchema {
  const kinds: Record<FieldType, JsonSchema> = {
    string: { type: 'string' },
    integer: { type: 'integer' },
    number: { type: 'number' },
    boolean: { type: 'boolean' },
    list: { type: 'array', items: {} },
    strings: { type: 'array', items: { type: 'string' } },
    object: { type: 'object' },
  };
  const kind = {
    ...kinds[field.type],
    ...(field.min === undefined ? {} : { minimum: field.min }),
    ...(field.max === undefined ? {} : { maximum: field.max }),
  };
  return {
    ...(field.nullable ? { anyOf: [kind, { type: 'null' }] } : kind),
    ...(field.default === undefined ? {} : { default: field.default }),
    ...(field.description === undefined ? {} : { description: field.description }),
  };
}

function readField(field: BodyField, sent: unknown, loc: Fault['loc'], faults: Fault[]): unknown {
  if (sent === undefined) {
    if (field.required) faults.push({ loc, msg: 'field required', type: 'value_error.missing' });
    return structuredClone(field.default ?? null);
  }
  if (sent === null) {
    if (!field.nullable) {
      faults.push({ loc, msg: 'none is not an allowed value', type: 'type_error.none.not_allowed' });
    }
    return null;
  }
  if (field.type === 'strings') return readStrings(sent, loc, faults);
  const value = COERCE[field.type](sent);
  if (value === undefined) {
    faults.push({ loc, ...TYPE_FAULTS[field.type], ctx: { given: sent } });
    return null;
  }
  if (typeof value === 'number') checkRange(field, value, loc, faults);
  return value;
}

function readStrings(sent: unknown, loc: Fault['loc'], faults: Fault[]): unknown {
  if (!Array.isArray(sent)) {
    faults.push({ loc, ...TYPE_FAULTS.list, ctx: { given: sent } });
    return null;
  }
  return sent.map((item, index) => {
    const text = COERCE.string(item);
    if (text === undefined)
      faults.push({ loc: [...loc, index], ...TYPE_FAULTS.string, ctx: { given: item } });
    return text;
  });
}

function checkRange({ min, max, type }: BodyField, value: number, loc: Fault['loc'], faults: Fault[]): void {
  const below = min !== undefined && value < min;
  const above = max !== undefined && value > max;
  if (!below && !above) return;
  const limit = below ? min : max;
  const kind = type === 'integer' ? 'a whole number' : 'a number';
  const range = max === undefined ? `${kind}, at least ${min}` : `${kind} from ${min ?? 0} to ${max}`;
  const rule = below ? 'greater than or equal to' : 'less than or equal to';
  faults.push({
    loc,
    msg: `ensure this value is ${rule} ${limit}: ${loc.at(-1)} ${value} is not accepted; expected ${range}`,
    type: below ? 'value_error.number.not_ge' : 'value_error.number.not_le',
    ctx: { limit_value: limit },
  });
}

const TRUE = new Set(['1', 'on', 't', 'true', 'y', 'yes']);
const FALSE = new Set(['0', 'off', 'f', 'false', 'n', 'no']);

/** undefined: the value cannot be read as this type. */
const COERCE: Record<Exclude<FieldType, 'strings'>, (value: unknown) => unknown> = {
  string(value) {
    if (typeof value === 'boolean') return value ? 'True' : 'False';
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  },
  integer(value) {
    if (typeof value === 'boolean') return Number(value);
    if (typeof value === 'number' && Number.isFinite(value)) return Math.trunc(value);
    return typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : undefined;
  },
  number(value) {
    if (typeof value === 'boolean') return Number(value);
    const parsed =
      typeof value === 'number' || (typeof value === 'string' && value.trim() !== '')
        ? Number(value)
        : Number.NaN;
    return Number.isFinite(parsed) ? parsed : undefined;
  },
  boolean(value) {
    if (typeof value === 'object') return undefined;
    const word = String(value).toLowerCase();
    if (TRUE.has(word)) return true;
    return FALSE.has(word) ? false : undefined;
  },
  list: (value) => (Array.isArray(value) ? value : undefined),
  object(value) {
    if (isObject(value)) return value;
    const isPairs = Array.isArray(value) && value.every((item) => Array.isArray(item) && item.length === 2);
    return isPairs ? Object.fromEntries(value as [string, unknown][]) : undefined;
  },
};

const TYPE_FAULTS: Record<Exclude<FieldType, 'strings'>, { msg: string; type: string }> = {
  string: { msg: 'str type expected', type: 'type_error.str' },
  integer: { msg: 'value is not a valid integer', type: 'type_error.integer' },
  number: { msg: 'value is not a valid float', type: 'type_error.float' },
  boolean: { msg: 'value could not be parsed to a boolean', type: 'type_error.bool' },
  list: { msg: 'value is not a valid list', type: 'type_error.list' },
  object: { msg: 'value is not a valid dict', type: 'type_error.dict' },
};

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
