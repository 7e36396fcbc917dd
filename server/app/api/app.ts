import compression from 'compression';
import express, { type Express, type RequestHandler } from 'express';
import type { Logger } from '#io/log.ts';
import { BODY_LIMITS, jsonBody } from '../door/body.ts';
import type { Door } from '../door/door.ts';
import { loginRouter } from '../door/login.ts';
import { docsRouter } from './docs.ts';
import { errorHandler, notFound } from './errors.ts';
import { JOB_DOCS } from './job-docs.ts';
import { type Route, routerOf } from './route.ts';

export interface AppParts {
  door: Door;
  log: Logger;
  version: string;
  /** A1111's routes; empty with `--no-api`. */
  sdapi: readonly Route[];
  native: readonly Route[];
  /** The page; absent with `--nowebui`. */
  ui?: RequestHandler;
}

const A1111_PATHS = /^\/(sdapi|internal|controlnet|deforum_api)\//;

/** Everything behind the door, in order. Nothing listens yet. */
export function createApp({ door, log, version, sdapi, native, ui }: AppParts): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(processTime, securityHeaders, door.guard, compression({ threshold: 1000 }));
  app.use(toSubpath(door.config.subpath), loginRouter(door), door.authorize, withoutSlash);
  app.use(docsRouter([...sdapi, ...native, ...JOB_DOCS], version));
  app.use(routerOf(sdapi, [jsonBody(BODY_LIMITS.a1111)]));
  app.use(routerOf(native, [jsonBody(BODY_LIMITS.native)]));
  app.get('/config', (_req, res) => void res.json(GRADIO_CONFIG));
  if (ui !== undefined) app.use(ui);
  app.use(notFound, errorHandler(log));
  return app;
}

/** Bots read Gradio's layout for choices; an empty one tells them that there are none. */
const GRADIO_CONFIG = { version: '3.41.2', mode: 'blocks', components: [], dependencies: [] };

/** `X-Process-Time`: seconds until the headers went out. */
const processTime: RequestHandler = (_req, res, next) => {
  const start = performance.now();
  const { writeHead } = res;
  res.writeHead = function timed(this: typeof res, ...args: Parameters<typeof writeHead>) {
    if (!res.headersSent) res.setHeader('X-Process-Time', ((performance.now() - start) / 1000).toFixed(4));
    return writeHead.apply(this, args);
  } as typeof writeHead;
  next();
};

const securityHeaders: RequestHandler = (_req, res, next) => {
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.setHeader('X-Frame-Options', 'DENY');
  res.setHeader('Referrer-Policy', 'same-origin');
  res.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  next();
};

/** `/X` → `/X/` below `--subpath X`: the page's own links are relative to it. */
function toSubpath(subpath: string): RequestHandler {
  return (req, res, next) => {
    if (subpath === '' || req.path !== subpath) return next();
    res.redirect(308, `${subpath}/`);
  };
}

/** `/path/` → `/path`, as Starlette answers it. */
const withoutSlash: RequestHandler = (req, res, next) => {
  if (!A1111_PATHS.test(req.path) || !req.path.endsWith('/')) return next();
  const [path = '', query] = req.originalUrl.split('?');
  res.redirect(307, path.replace(/\/+$/, '') + (query === undefined ? '' : `?${query}`));
};
