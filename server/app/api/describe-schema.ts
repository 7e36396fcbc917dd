import type { JsonSchema } from './route.ts';

/** What a JSON Schema takes, in words for an error message: "a whole number from 1 to 8192". */
export function describeSchema(schema: JsonSchema | undefined): string {
  if (schema === undefined) return 'another value';
  const { anyOf, type, minimum, maximum, maxLength } = schema;
  if (Array.isArray(anyOf)) return anyOf.map((each) => describeSchema(each as JsonSchema)).join(' or ');
  if (Array.isArray(type)) return type.map((each) => describeSchema({ ...schema, type: each })).join(' or ');
  switch (type) {
    case 'integer':
    case 'number':
      return `${type === 'integer' ? 'a whole number' : 'a number'}${range(minimum, maximum)}`;
    case 'string':
      return typeof maxLength === 'number' ? `a text of at most ${maxLength} characters` : 'a text';
    case 'boolean':
      return 'true or false';
    case 'array':
      return 'a list';
    case 'null':
      return 'null';
    default:
      return 'an object';
  }
}

function range(minimum: unknown, maximum: unknown): string {
  const hasMinimum = typeof minimum === 'number' && minimum > Number.MIN_SAFE_INTEGER;
  const hasMaximum = typeof maximum === 'number' && maximum < Number.MAX_SAFE_INTEGER;
  if (hasMinimum && hasMaximum) return ` from ${minimum} to ${maximum}`;
  if (hasMinimum) return `, at least ${minimum}`;
  return hasMaximum ? `, at most ${maximum}` : '';
}
