import type { IncomingMessage } from 'node:http';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { TapestryError } from '#contracts/errors.ts';
import { BASIC_MESSAGES, checkBasic } from './credentials.ts';
import { type DoorConfig, isExposed } from './door-config.ts';
import { isAllowedOrigin, isCorsOrigin, isOwnHost } from './origins.ts';
import { createSessions, type Sessions } from './session.ts';

/** `a1111`: its API and those of its extensions. `native`: page, native API, sockets, pictures. `open`: no password. */
export type Area = 'a1111' | 'native' | 'open';

export interface Door {
  config: DoorConfig;
  sessions: Sessions;
  /** Host, origin and CORS. */
  guard: RequestHandler;
  /** Passwords; `guard` came before. */
  authorize: RequestHandler;
  /** Whether a socket's handshake may pass: the same rules as for a native route that changes state. */
  allowRequest(request: IncomingMessage): boolean;
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
const A1111_PATHS = /^\/(sdapi|controlnet|deforum|deforum_api|adetailer)(\/|$)/;
const OPEN_PATHS = /^\/(login|docs(\/.*)?|openapi\.json|internal\/ping|favicon\.ico)$/;

export function areaOf(path: string): Area {
  if (A1111_PATHS.test(path)) return 'a1111';
  return OPEN_PATHS.test(path) ? 'open' : 'native';
}

export function createDoor(config: DoorConfig): Door {
  const sessions = createSessions(config.secret, config.uiAuth);

  function checkPlace(request: IncomingMessage, changesState: boolean): void {
    const { host, origin } = request.headers;
    if (!isOwnHost(host, config)) throw new TapestryError('FOREIGN_HOST', { value: host });
    if (changesState && !isAllowedOrigin(origin, host, config)) {
      throw new TapestryError('FOREIGN_ORIGIN', { value: origin });
    }
  }

  function checkPassword(request: IncomingMessage, area: Area): void {
    const { authorization, cookie } = request.headers;
    const refuse = (message: string) => new TapestryError('UNAUTHORIZED', { value: message });
    const users = usersOf(area, config);
    if (users.size === 0) return;
    const acceptsSession = users !== config.apiAuth || area === 'native';
    if (acceptsSession && sessions.userOf(cookie) !== null) return;
    const result = checkBasic(authorization, users);
    if (result !== 'ok') throw refuse(BASIC_MESSAGES[result]);
  }

  return {
    config,
    sessions,
    guard(req, res, next) {
      checkPlace(req, !SAFE_METHODS.has(req.method));
      if (applyCors(req, res, config)) next();
    },
    authorize(req, res, next) {
      authorizeRequest(req, res, next, config, () => checkPassword(req, areaOf(req.path)));
    },
    allowRequest(request) {
      try {
        checkPlace(request, true);
        checkPassword(request, 'native');
        return true;
      } catch {
        return false;
      }
    },
  };
}

/** Who may use an area; empty: everyone. A password for one side covers the other as far as it would stand open. */
function usersOf(area: Area, config: DoorConfig): ReadonlyMap<string, string> {
  if (area === 'open') return new Map();
  if (area === 'a1111') {
    if (config.apiAuth.size > 0) return config.apiAuth;
    return isExposed(config) ? config.uiAuth : new Map();
  }
  if (config.uiAuth.size === 0) return config.apiAuth;
  return new Map([...config.apiAuth, ...config.uiAuth]);
}

function authorizeRequest(
  req: Request,
  res: Response,
  next: NextFunction,
  config: DoorConfig,
  check: () => void,
): void {
  try {
    check();
    next();
  } catch (error) {
    const wantsPage = req.method === 'GET' && req.accepts(['json', 'html']) === 'html';
    if (areaOf(req.path) === 'native' && config.uiAuth.size > 0 && wantsPage) {
      res.redirect(303, `${config.subpath}/login`);
      return;
    }
    // Only here, where no login page helps: A1111's own API never makes a browser ask.
    if (areaOf(req.path) === 'native' && config.uiAuth.size === 0) {
      res.setHeader('WWW-Authenticate', 'Basic realm="Tapestry", charset="UTF-8"');
    }
    throw error;
  }
}

/** Sets CORS headers where flags ask for them, and answers preflights. False: the answer has gone out. */
function applyCors(req: Request, res: Response, config: DoorConfig): boolean {
  const { origin } = req.headers;
  if (origin === undefined) return true;
  if (config.corsOrigins.length > 0 || config.corsPattern !== null) res.vary('Origin');
  if (!isCorsOrigin(origin, config)) return true;
  res.setHeader('Access-Control-Allow-Origin', origin);
  if (!config.corsOrigins.includes('*')) res.setHeader('Access-Control-Allow-Credentials', 'true');
  const asked = req.headers['access-control-request-method'];
  if (req.method !== 'OPTIONS' || asked === undefined) return true;
  res.setHeader('Access-Control-Allow-Methods', 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT');
  res.setHeader('Access-Control-Max-Age', '600');
  const headers = req.headers['access-control-request-headers'];
  if (headers !== undefined) res.setHeader('Access-Control-Allow-Headers', headers);
  res.status(200).type('text/plain').send('OK');
  return false;
}
