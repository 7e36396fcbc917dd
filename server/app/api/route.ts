import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import { TapestryError } from '#contracts/errors.ts';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
export type JsonSchema = Record<string, unknown>;

/** One route: what is served, and what `/openapi.json` says of it. */
export interface Route {
  method: Method;
  /** In Express' form, `/api/jobs/:id`. */
  path: string;
  summary: string;
  /** Group in the documentation. */
  tag: string;
  /** JSON Schema of the body. */
  body?: JsonSchema;
  /** JSON Schema of the answer with status 200. */
  answer?: JsonSchema;
  query?: Record<string, JsonSchema>;
  /** What it returns goes out as JSON; undefined: it has answered by itself. */
  handle: (req: Request, res: Response) => unknown;
}

/** A router of the routes; another method on one of their paths is refused with 405 and `Allow`. */
export function routerOf(routes: readonly Route[], before: readonly RequestHandler[] = []): Router {
  const router = express.Router();
  for (const { method, path, handle } of routes) {
    router[method](path, ...before, async (req: Request, res: Response) => {
      const value = await handle(req, res);
      if (value !== undefined && !res.headersSent) res.json(value);
    });
  }
  for (const path of new Set(routes.map((route) => route.path))) {
    const methods = routes.filter((route) => route.path === path).map((route) => route.method.toUpperCase());
    router.all(path, (_req, res) => {
      res.setHeader('Allow', methods.join(', '));
      throw new TapestryError('METHOD_NOT_ALLOWED');
    });
  }
  return router;
}
