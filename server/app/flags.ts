import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { LOG_LEVELS, type LogLevel } from '#io/log.ts';
import { APP_VERSION } from './version.ts';

export const DEVICES = ['auto', 'cpu', 'cuda', 'webgpu', 'dml', 'coreml'] as const;
export type Device = (typeof DEVICES)[number];

/** The command line, under A1111's names. */
export interface Flags {
  port?: number;
  listen: boolean;
  serverName?: string;
  api: boolean;
  nowebui: boolean;
  dataDir?: string;
  modelsDir?: string;
  ckptDir: string[];
  device: Device;
  threads: number;
  apiAuth?: string;
  gradioAuth?: string;
  gradioAuthPath?: string;
  corsAllowOrigins?: string;
  corsAllowOriginsRegex?: string;
  subpath: string;
  allowOpen: boolean;
  disableAllExtensions: boolean;
  disableExtraExtensions: boolean;
  timeoutKeepAlive: number;
  loglevel: LogLevel;
  /** Flags of A1111 that were given and have no effect here. */
  ignored: string[];
}

/** A command line that cannot be followed, or that asked for a text (`--help`): what to print, and the exit code. */
export class FlagsExit extends Error {
  readonly exitCode: number;

  constructor(text: string, exitCode: number) {
    super(text);
    this.name = 'FlagsExit';
    this.exitCode = exitCode;
  }
}

/** Taken so that a command line for A1111 works: they tune PyTorch, its installer or Gradio. */
const IGNORED_SWITCHES = [
  ...['always-batch-cond-uncond', 'unload-gfpgan', 'deepdanbooru', 'show-negative-prompt', 'gradio-queue'],
  ...['add-stop-route', 'enable-console-prompts', 'deforum-api', 'deforum-simple-api', 'install-cuda'],
  ...[
    'xformers',
    'medvram',
    'medvram-sdxl',
    'lowvram',
    'lowram',
    'no-half',
    'no-half-vae',
    'upcast-sampling',
  ],
  ...['opt-sdp-attention', 'opt-sdp-no-mem-attention', 'opt-split-attention', 'opt-sub-quad-attention'],
  ...['opt-channelslast', 'skip-torch-cuda-test', 'disable-nan-check', 'no-download-sd-model'],
  ...['do-not-download-clip', 'skip-load-model-at-start', 'skip-install', 'skip-prepare-environment'],
  ...['reinstall-torch', 'reinstall-xformers', 'skip-python-version-check', 'skip-version-check'],
];
const IGNORED_WITH_VALUE = [
  'max-batch-count',
  'gradio-img2img-tool',
  'gradio-inpaint-tool',
  'ngrok-region',
  'precision',
];

/** Reads the command line (without node and script). Throws FlagsExit; an unknown flag names the nearest one. */
export function parseFlags(argv: readonly string[]): Flags {
  const printed: string[] = [];
  const command = createCommand().configureOutput({
    writeOut: (text) => printed.push(text),
    writeErr: (text) => printed.push(text),
  });
  try {
    command.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw new FlagsExit(printed.join('').trimEnd(), error.exitCode);
  }
  const values = command.opts<Record<string, unknown>>();
  const tuning = [...IGNORED_SWITCHES, ...IGNORED_WITH_VALUE];
  const isGiven = (name: string) => command.getOptionValueSource(optionKey(name)) === 'cli';
  const ignored = tuning
    .filter((name) => name !== 'install-cuda' && isGiven(name))
    .map((name) => `--${name}`);
  for (const name of tuning) delete values[optionKey(name)];
  return { ...(values as unknown as Flags), api: values.api !== false, ignored };
}

/** Where commander keeps a flag's value: `xformers`, and `halfVae` of `--no-half-vae`. */
function optionKey(flag: string): string {
  return flag.replace(/^no-/, '').replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function createCommand(): Command {
  const command = new Command('webui.sh')
    .description('Tapestry: paints pictures with Stable Diffusion checkpoints')
    .version(`Tapestry ${APP_VERSION}`, '--version')
    .helpOption('-h, --help', 'show this')
    .allowExcessArguments(false)
    .exitOverride()
    .option('--port <n>', 'port; without it the next free one from 7860', toPort)
    .option('--listen', 'let other machines in (needs a password, or --allow-open)', false)
    .option('--server-name <host>', 'address to bind to; with --listen a name this server is reached by')
    .option('--api', "A1111's API is on by default; accepted for its command lines")
    .option('--no-api', "switch A1111's API off")
    .option('--nowebui', 'API only, on port 7861', false)
    .option(
      '--data-dir <folder>',
      'where models, outputs, extensions and config.json lie (default: the program)',
    )
    .option('--models-dir <folder>', 'models folder (default: models in the data folder)')
    .option('--ckpt-dir <folder>', 'one more folder of checkpoints (repeatable)', collect, [])
    .addOption(new Option('--device <name>', 'what computes').choices(DEVICES).default('auto'))
    .option('--threads <n>', 'threads of the CPU; 0: one per core', toCount, 0)
    .option('--api-auth <user:password,...>', 'password of the API (HTTP Basic)')
    .option('--gradio-auth <user:password,...>', 'login of the page')
    .option('--gradio-auth-path <file>', 'the same from a file')
    .option('--cors-allow-origins <origin,...>', 'foreign pages that may call')
    .option('--cors-allow-origins-regex <pattern>', 'the same as a regular expression')
    .option('--subpath <path>', 'path below which a proxy shows the server', '')
    .option('--allow-open', 'let everyone in who reaches the server, without a password', false)
    .option('--disable-all-extensions', 'start without any extension', false)
    .option('--disable-extra-extensions', 'start with the built-in extensions alone', false)
    .option('--timeout-keep-alive <seconds>', 'how long idle connections are kept', toCount, 30)
    .addOption(new Option('--loglevel <level>', 'how much is logged').choices(LOG_LEVELS).default('info'))
    .addHelpText('after', '\nFlags of A1111 that tune PyTorch or Gradio are accepted and have no effect.');
  for (const name of IGNORED_SWITCHES) command.addOption(new Option(`--${name}`).hideHelp());
  for (const name of IGNORED_WITH_VALUE) command.addOption(new Option(`--${name} <value>`).hideHelp());
  return command;
}

/** Flags as `GET /sdapi/v1/cmd-flags` lists them: by argparse's names, without passwords. */
export function toCmdFlags(flags: Flags): Record<string, unknown> {
  const { ignored, apiAuth, gradioAuth, api, ...plain } = flags;
  const values = Object.entries(plain).map(([key, value]) => [toDest(key), value] as const);
  const switches = IGNORED_SWITCHES.map((name) => [toDest(name), ignored.includes(`--${name}`)] as const);
  return {
    ...Object.fromEntries(switches),
    ...Object.fromEntries(values),
    port: flags.port === undefined ? null : String(flags.port),
    server_name: flags.serverName ?? null,
    data_dir: flags.dataDir ?? null,
    ckpt_dir: flags.ckptDir[0] ?? null,
    subpath: flags.subpath === '' ? null : flags.subpath,
    api,
    api_auth: apiAuth === undefined ? null : '***',
    gradio_auth: gradioAuth === undefined ? null : '***',
  };
}

/** `dataDir` and `no-half` as argparse names them: `data_dir`, `no_half`. */
function toDest(name: string): string {
  return name.replace(/-/g, '_').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

function toPort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return port;
  throw new InvalidArgumentError('Use a whole number from 1 to 65535.');
}

function toCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 0 && count <= 100_000) return count;
  throw new InvalidArgumentError('Use a whole number, 0 or more.');
}
