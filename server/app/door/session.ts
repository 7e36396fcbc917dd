import { createHmac, timingSafeEqual } from 'node:crypto';

const COOKIE = 'tapestry_session';
const LIFETIME_MS = 30 * 24 * 3600 * 1000;

/**
 * Logins as signed cookies: user, end of validity, and a signature over both and the password, so that nothing is stored
 * and a changed password ends all sessions.
 */
export interface Sessions {
  /** Value of a `Set-Cookie` header for this user. */
  cookieFor(user: string, options: { path: string; secure: boolean }): string;
  /** The user that a `Cookie` header proves, or null. */
  userOf(cookieHeader: string | undefined): string | null;
}

export function createSessions(
  secret: string,
  users: ReadonlyMap<string, string>,
  now: () => number = Date.now,
): Sessions {
  const sign = (user: string, until: number) =>
    createHmac('sha256', secret)
      .update(JSON.stringify([user, until, users.get(user)]))
      .digest();

  return {
    cookieFor(user, { path, secure }) {
      const until = now() + LIFETIME_MS;
      const name = Buffer.from(user).toString('base64url');
      const value = `${name}.${until}.${sign(user, until).toString('base64url')}`;
      const flags = `Path=${path}; HttpOnly; SameSite=Lax; Max-Age=${LIFETIME_MS / 1000}`;
      return `${COOKIE}=${value}; ${flags}${secure ? '; Secure' : ''}`;
    },
    userOf(cookieHeader) {
      const value = cookieValue(cookieHeader, COOKIE);
      const [name, until, signature] = value?.split('.') ?? [];
      if (!name || !until || !signature || Number(until) < now()) return null;
      const user = Buffer.from(name, 'base64url').toString('utf8');
      const given = Buffer.from(signature, 'base64url');
      const expected = sign(user, Number(until));
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
      return users.has(user) ? user : null;
    },
  };
}

/** Ends a session in the browser. */
export function clearCookie(path: string): string {
  return `${COOKIE}=; Path=${path}; HttpOnly; SameSite=Lax; Max-Age=0`;
}

function cookieValue(header: string | undefined, name: string): string | null {
  for (const part of header?.split(';') ?? []) {
    const [key, ...rest] = part.trim().split('=');
    if (key === name) return rest.join('=');
  }
  return null;
}
