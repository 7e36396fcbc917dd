/**
 * The folder the page was served from, with a slash at its end: `/` or `/X/` under `--subpath X`. Derived at run time,
 * so that one build serves every subpath.
 */
export function baseOf(documentUrl: string): URL {
  const url = new URL('.', documentUrl);
  url.search = '';
  url.hash = '';
  return url;
}

/** A path below the app's root ("/api/jobs", "api/jobs") as an absolute URL. */
export function urlBelow(base: URL, path: string): string {
  return new URL(path.replace(/^\/+/, ''), base).href;
}

/** As `urlBelow`, for the page that is open. */
export function appUrl(path: string): string {
  return urlBelow(baseOf(document.baseURI), path);
}

/** Path of the Socket.IO endpoint. */
export function socketPath(): string {
  return `${baseOf(document.baseURI).pathname}socket.io`;
}
