import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { type DoorConfig, isExposed, isLoopbackName } from './door-config.ts';

type Rules = Pick<DoorConfig, 'bindHost' | 'names' | 'corsOrigins' | 'corsPattern'>;

/** Endings that no public name has, so that no foreign page can point one here. */
const PRIVATE_ENDINGS = ['.local', '.localhost', '.internal', '.home.arpa', '.lan'];

/**
 * Whether a `Host` header names this server. A page of another site can make its own name point here (DNS rebinding) and
 * would then pass for the same origin; an address or a name without public ending it cannot. No header: no browser.
 */
export function isOwnHost(header: string | undefined, rules: Rules): boolean {
  if (header === undefined || header === '') return true;
  const host = hostOf(header);
  if (host === null) return false;
  if (isLoopbackName(host) || isIP(host) !== 0 || namesOf(rules).has(host)) return true;
  return isExposed(rules) && (!host.includes('.') || PRIVATE_ENDINGS.some((ending) => host.endsWith(ending)));
}

/** Whether a page of this `Origin` may change state: none (no browser), the same origin, or one that flags allow. */
export function isAllowedOrigin(origin: string | undefined, host: string | undefined, rules: Rules): boolean {
  if (origin === undefined) return true;
  return isSameOrigin(origin, host) || isCorsOrigin(origin, rules);
}

/** Whether flags allow this origin to read answers. */
export function isCorsOrigin(origin: string, { corsOrigins, corsPattern }: Rules): boolean {
  if (corsOrigins.includes('*')) return true;
  return corsOrigins.includes(origin.replace(/\/$/, '')) || (corsPattern?.test(origin) ?? false);
}

function isSameOrigin(origin: string, host: string | undefined): boolean {
  if (host === undefined || !/^https?:\/\//.test(origin)) return false;
  const url = URL.parse(origin);
  // Behind a proxy that speaks TLS the scheme differs; host and port as the browser sees them do not.
  return url !== null && URL.parse(`${url.protocol}//${host}`)?.host === url.host;
}

function namesOf({ names, bindHost, corsOrigins }: Rules): Set<string> {
  const own = hostname().toLowerCase();
  const origins = corsOrigins.map((origin) => URL.parse(origin)?.hostname ?? '');
  return new Set([...names, bindHost, own, `${own}.local`, ...origins].map((name) => name.toLowerCase()));
}

/** Name or address of a `Host` header, lower case, without port and brackets; null where it is not one. */
function hostOf(header: string): string | null {
  if (/[\s/@?#\\]/.test(header)) return null;
  const name = URL.parse(`http://${header}`)?.hostname.toLowerCase() ?? null;
  return name === null ? null : name.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}
