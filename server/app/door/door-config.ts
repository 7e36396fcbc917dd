/** What the flags say about who may come in. */
export interface DoorConfig {
  /** Address to bind to. */
  bindHost: string;
  /** Names under which the server is known besides loopback and its own addresses. */
  names: readonly string[];
  /** Foreign pages that may call. `*`: all, without credentials. */
  corsOrigins: readonly string[];
  corsPattern: RegExp | null;
  /** User → password for the A1111 API; empty: none asked. */
  apiAuth: ReadonlyMap<string, string>;
  /** User → password of the page; empty: no login. */
  uiAuth: ReadonlyMap<string, string>;
  allowOpen: boolean;
  /** "" or "/name", no slash at the end. */
  subpath: string;
  /** Key of the session cookies; kept over restarts so that nobody has to log in again. */
  secret: string;
}

/** True where other machines can reach the server. */
export function isExposed(config: Pick<DoorConfig, 'bindHost'>): boolean {
  return !isLoopbackName(config.bindHost);
}

/** Whether a host name (no port, no brackets) always means this machine. */
export function isLoopbackName(host: string): boolean {
  const name = host.toLowerCase();
  return (
    name === 'localhost' || name.endsWith('.localhost') || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name)
  );
}

/** Why the server must not start like this; null where it may. */
export function exposureFault(config: DoorConfig): string | null {
  if (!isExposed(config) || config.allowOpen) return null;
  if (config.uiAuth.size > 0 || config.apiAuth.size > 0) return null;
  return (
    `${config.bindHost} can be reached from other machines and no password is set. ` +
    'Add --gradio-auth user:password (or --api-auth), or --allow-open if everyone who reaches it may use it.'
  );
}

/** `user:password` pairs, separated by commas or line breaks. Throws with the entry at fault, never the password. */
export function parseCredentials(text: string): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const entry of text.split(/[,\n]/)) {
    const pair = entry.trim();
    if (pair === '') continue;
    const colon = pair.indexOf(':');
    if (colon < 1 || colon === pair.length - 1) {
      throw new Error(`credentials must look like user:password; entry ${pairs.size + 1} does not`);
    }
    pairs.set(pair.slice(0, colon), pair.slice(colon + 1));
  }
  return pairs;
}
