import { createHash, timingSafeEqual } from 'node:crypto';

/** What a request's `Authorization` header amounts to. */
export type BasicResult = 'missing' | 'malformed' | 'wrong' | 'ok';

/** HTTP Basic against user → password; the comparison takes the same time whatever is wrong. */
export function checkBasic(header: string | undefined, users: ReadonlyMap<string, string>): BasicResult {
  const match = /^basic(?:\s+(.*))?$/i.exec(header ?? '');
  if (match === null) return 'missing';
  const encoded = (match[1] ?? '').trim();
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(encoded)) return 'malformed';
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) return 'malformed';
  return isPassword(users, text.slice(0, colon), text.slice(colon + 1)) ? 'ok' : 'wrong';
}

export function isPassword(users: ReadonlyMap<string, string>, user: string, password: string): boolean {
  const expected = users.get(user);
  const same = timingSafeEqual(digest(password), digest(expected ?? ''));
  return same && expected !== undefined;
}

/** What A1111 answers with status 401. */
export const BASIC_MESSAGES: Readonly<Record<Exclude<BasicResult, 'ok'>, string>> = {
  missing: 'Not authenticated',
  malformed: 'Invalid authentication credentials',
  wrong: 'Incorrect username or password',
};

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
