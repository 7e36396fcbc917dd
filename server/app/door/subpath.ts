import type { IncomingMessage, Server } from 'node:http';

/** A URL path without the prefix of `--subpath`; unchanged where it has none (a proxy took it off already). */
export function withoutSubpath(url: string, subpath: string): string {
  if (subpath === '' || !url.startsWith(subpath)) return url;
  const rest = url.slice(subpath.length);
  if (rest === '' || rest.startsWith('?')) return `/${rest}`;
  return rest.startsWith('/') ? rest : url;
}

/**
 * Takes the prefix off every request and upgrade, before Express and Socket.IO see them: call it last, when both are
 * attached. `/X` alone is left as it is, for the app to send on to `/X/`.
 */
export function serveBelow(server: Server, subpath: string): void {
  if (subpath === '') return;
  const strip = (request: IncomingMessage) => {
    if (request.url !== undefined && request.url !== subpath)
      request.url = withoutSubpath(request.url, subpath);
  };
  server.prependListener('request', strip);
  server.prependListener('upgrade', strip);
}

/** `X`, `/X` and `/X/` as `/X`; "" as "". Throws where it is not a path of plain segments. */
export function normalizeSubpath(value: string): string {
  const trimmed = value.replace(/^\/+|\/+$/g, '');
  if (trimmed === '') return '';
  const isPlain = trimmed.split('/').every((part) => /^[\w.~-]+$/.test(part) && !/^\.+$/.test(part));
  if (!isPlain) throw new Error(`--subpath ${value}: use letters, digits, "-", "_" and "/"`);
  return `/${trimmed}`;
}
