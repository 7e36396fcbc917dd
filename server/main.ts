/** The app process: flags → config → compose → listen. */

import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import closeWithGrace from 'close-with-grace';
import { createLog } from '#io/log.ts';
import { compose } from './app/compose.ts';
import { type AppConfig, readConfig } from './app/config.ts';
import { exposureFault } from './app/door/door-config.ts';
import { FlagsExit, parseFlags } from './app/flags.ts';
import { listen } from './app/listen.ts';

const CLOSE_WITHIN_MS = 8000;

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof FlagsExit) {
    (error.exitCode === 0 ? process.stdout : process.stderr).write(`${error.message}\n`);
    process.exit(error.exitCode);
  }
  process.stderr.write(`Tapestry cannot start: ${(error as Error).message}\n`);
  process.exit(1);
}

async function main(argv: readonly string[]): Promise<void> {
  const flags = parseFlags(argv);
  const log = createLog({ level: flags.loglevel });
  if (flags.ignored.length > 0) log.warn(`without effect here: ${flags.ignored.join(' ')}`);
  const config = await readConfig(flags);
  const fault = exposureFault(config.door);
  if (fault !== null) throw new Error(fault);
  const app = await compose(config, log);
  closeWithGrace({ delay: CLOSE_WITHIN_MS, logger: false }, async ({ err }) => {
    if (err) log.error({ err }, 'the app ends because of an error');
    await app.close();
  });
  await listen(app.server, { host: config.door.bindHost, port: config.port, firstPort: config.firstPort });
  await app.start();
  process.stdout.write(`Tapestry is ready: ${urlOf(app.server, config)}\n`);
}

function urlOf(server: Server, { door }: AppConfig): string {
  const { port } = server.address() as AddressInfo;
  const host = door.bindHost === '0.0.0.0' ? (door.names[0] ?? '127.0.0.1') : door.bindHost;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}${door.subpath}/`;
}
