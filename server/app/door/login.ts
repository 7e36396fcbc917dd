import { setTimeout as sleep } from 'node:timers/promises';
import express, { type Request, type Response, type Router } from 'express';
import { isPassword } from './credentials.ts';
import type { Door } from './door.ts';
import { clearCookie } from './session.ts';

const FAILURE_DELAY_MS = 500;

/** `GET /login` shows the form, `POST /login` (form or JSON: `username`, `password`) sets the cookie, as Gradio's. */
export function loginRouter({ config, sessions }: Door): Router {
  const router = express.Router();
  const home = `${config.subpath}/`;

  router.get('/login', (req, res) => {
    if (config.uiAuth.size === 0 || sessions.userOf(req.headers.cookie) !== null)
      return res.redirect(303, home);
    return sendPage(res, 200, '');
  });

  router.post(
    '/login',
    express.urlencoded({ extended: false, limit: 10_000 }),
    express.json({ limit: 10_000 }),
    async (req: Request, res: Response) => {
      const body = (req.body ?? {}) as { username?: unknown; password?: unknown };
      const user = String(body.username ?? '');
      const wantsPage = req.accepts(['json', 'html']) === 'html';
      if (config.uiAuth.size > 0 && !isPassword(config.uiAuth, user, String(body.password ?? ''))) {
        await sleep(FAILURE_DELAY_MS);
        if (wantsPage) return sendPage(res, 400, 'User name or password is wrong.');
        return res.status(400).json({ detail: 'Incorrect credentials.' });
      }
      const secure = req.headers['x-forwarded-proto'] === 'https';
      if (config.uiAuth.size > 0)
        res.setHeader('Set-Cookie', sessions.cookieFor(user, { path: home, secure }));
      return wantsPage ? res.redirect(303, home) : res.json({ success: true });
    },
  );

  router.post('/logout', (_req, res) => {
    res.setHeader('Set-Cookie', clearCookie(home));
    res.redirect(303, `${config.subpath}/login`);
  });
  return router;
}

function sendPage(res: Response, status: number, message: string): void {
  res.status(status);
  res.setHeader(
    'Content-Security-Policy',
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
  );
  res.setHeader('Cache-Control', 'no-store');
  res.type('html').send(PAGE.replace('{message}', message));
}

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Log in · Tapestry</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { display: grid; place-items: center; min-height: 90vh; margin: 0; }
  form { display: grid; gap: 0.75rem; width: min(20rem, 90vw); }
  input, button { font: inherit; padding: 0.5rem; }
  p { margin: 0; color: #c62828; min-height: 1.5em; }
</style>
<form method="post" action="login">
  <h1>Tapestry</h1>
  <label for="username">User name</label>
  <input id="username" name="username" autocomplete="username" required autofocus>
  <label for="password">Password</label>
  <input id="password" name="password" type="password" autocomplete="current-password" required>
  <p role="alert">{message}</p>
  <button>Log in</button>
</form>
</html>
`;
