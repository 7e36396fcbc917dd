import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import express, { type RequestHandler, type Response, type Router } from 'express';
import { isInside, safeJoin } from '#io/paths.ts';

/** Where Next's export names files by their content. */
const HASHED = /^\/_next\/static\//;

/** The page; where it was not built, `/` says so. */
export function pageRouter(folder: string): Router {
  if (existsSync(join(folder, 'index.html'))) return uiRouter(folder);
  const router = express.Router();
  router.get('/', (_req, res) => {
    res.status(503).type('text/plain').send('The page is not built. Run: npm run build:web\n');
  });
  return router;
}

/**
 * Serves the exported page: `/` and `/name` are `index.html` and `name.html`, other paths files. Pages are asked for anew
 * each time; files named by their content are kept for good. Inline scripts run by their hash alone.
 */
function uiRouter(folder: string): Router {
  const router = express.Router();
  const pages = createPages();
  const files = express.static(folder, {
    index: false,
    redirect: false,
    dotfiles: 'ignore',
    setHeaders: (res, path) => setCaching(res, path.slice(folder.length).replaceAll('\\', '/')),
  });

  const page: RequestHandler = async (req, res, next) => {
    if (req.method !== 'GET' && req.method !== 'HEAD') return next();
    const path = await pageFile(folder, req.path);
    if (path === null) return next();
    const { html, policy } = await pages.read(path);
    res.setHeader('Content-Security-Policy', policy);
    res.setHeader('Cache-Control', 'no-cache');
    res.type('html').send(html);
  };
  router.use(page, files);
  return router;
}

/** The page file that a path names, or null. */
async function pageFile(folder: string, path: string): Promise<string | null> {
  const decoded = decode(path);
  if (decoded === null || (extname(decoded) !== '' && !decoded.endsWith('.html'))) return null;
  const name = decoded === '/' ? 'index.html' : `${decoded.slice(1).replace(/\.html$|\/$/, '')}.html`;
  try {
    const file = safeJoin(folder, name);
    return (await stat(file)).isFile() && isInside(folder, file) ? file : null;
  } catch {
    return null;
  }
}

function decode(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}

function setCaching(res: Response, path: string): void {
  res.setHeader('Cache-Control', HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
}

/** Pages with their policies, read again when the file changes. */
function createPages() {
  const known = new Map<string, { mtimeMs: number; html: string; policy: string }>();
  return {
    async read(path: string): Promise<{ html: string; policy: string }> {
      const { mtimeMs } = await stat(path);
      const cached = known.get(path);
      if (cached?.mtimeMs === mtimeMs) return cached;
      const html = await readFile(path, 'utf8');
      const page = { mtimeMs, html, policy: policyOf(html) };
      known.set(path, page);
      return page;
    },
  };
}

/** Content-Security-Policy of a page: its own inline scripts by hash, everything else from this server. */
export function policyOf(html: string): string {
  const scripts = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(([, code]) => {
    return `'sha256-${createHash('sha256')
      .update(code ?? '')
      .digest('base64')}'`;
  });
  return [
    "default-src 'self'",
    `script-src 'self' ${[...new Set(scripts)].join(' ')}`.trim(),
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}
