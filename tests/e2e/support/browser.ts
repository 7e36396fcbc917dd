/** The system's Chromium under Playwright. scripts/test.sh names it in CHROMIUM and installs it where it can. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright';

const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path): path is string => path !== undefined && path !== '' && existsSync(path),
);

/** Why browser tests cannot run here; undefined where they can. */
export const missingBrowser =
  executablePath === undefined ? 'no Chromium on this machine (CHROMIUM names one)' : undefined;

/** Chromium's own updates and look-ups are switched off: they fail one by one where there is no network. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function launchBrowser(): Promise<Browser> {
  if (executablePath === undefined) throw new Error(missingBrowser);
  return chromium.launch({ executablePath, args: FLAGS });
}
