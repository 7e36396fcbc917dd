import type { JsonSchema, Route } from './route.ts';

/** `/openapi.json` of the routes, version 3.1. */
export function openApi(routes: readonly Omit<Route, 'handle'>[], version: string): JsonSchema {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Tapestry', version },
    paths,
    components: { schemas: { HTTPValidationError: VALIDATION_ERROR } },
  };
}

function operation({ method, path, summary, tag, body, answer, query }: Omit<Route, 'handle'>): JsonSchema {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => {
    return { name, in: 'path', required: true, schema: { type: 'string' } };
  });
  const inQuery = Object.entries(query ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    schema,
  }));
  const parameters = [...inPath, ...inQuery];
  return {
    tags: [tag],
    summary,
    operationId: `${method}_${path.replace(/[^\w]+/g, '_').replace(/^_|_$/g, '')}`,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body === undefined ? {} : { requestBody: { required: true, content: json(withoutMeta(body)) } }),
    responses: {
      200: { description: 'Successful Response', content: json(answer ?? {}) },
      422: {
        description: 'Validation Error',
        content: json({ $ref: '#/components/schemas/HTTPValidationError' }),
      },
    },
  };
}

function json(schema: JsonSchema): JsonSchema {
  return { 'application/json': { schema } };
}

function withoutMeta({ $schema: _schema, ...schema }: JsonSchema): JsonSchema {
  return schema;
}

const VALIDATION_ERROR = {
  type: 'object',
  properties: {
    detail: {
      type: 'array',
      items: {
        type: 'object',
        required: ['loc', 'msg', 'type'],
        properties: {
          loc: { type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'integer' }] } },
          msg: { type: 'string' },
          type: { type: 'string' },
        },
      },
    },
  },
};
