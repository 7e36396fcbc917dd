/**
 * From the second start to the first picture: times and memory of the real program on a fresh data folder.
 * It measures and prints; what is good enough is not its business.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PictureRequest } from '#contracts/request.ts';
import { childrenOf, type ProcessMemory, watchMemory } from '../lib/process-memory.ts';
import { programFolder } from '../lib/program.ts';
import { type ServerProcess, startServer } from '../lib/server-process.ts';
import { makeCheckpoint } from '../make-checkpoint.ts';
import { runJob, type TimedJob } from './job-client.ts';

export interface FirstPictureOptions {
  /** Measure a checkpoint of SD 1.5's size with random weights instead of the default model. */
  sd15: boolean;
  dtype: 'F16' | 'F32';
  steps: number;
  /** Side of the picture; undefined: what the checkpoint was trained at. */
  size?: number;
}

interface Measured {
  readyMs: number;
  first: TimedJob;
  second: TimedJob;
  appMemory: ProcessMemory;
  engineMemory: ProcessMemory;
}

const HEADERS = { F16: 'sd15-fp16.json.gz', F32: 'sd15-fp32.json.gz' };
const PROMPT = 'a red apple on a light blue background';

export async function measureFirstPicture(options: FirstPictureOptions): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'tapestry-bench-'));
  try {
    const args = options.sd15 ? await checkpointFlags(folder, options.dtype) : [];
    return report(options, await measure(folder, args, options));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function checkpointFlags(folder: string, dtype: FirstPictureOptions['dtype']): Promise<string[]> {
  const header = join(programFolder, 'scripts/headers', HEADERS[dtype]);
  await makeCheckpoint({ header, out: join(folder, 'random.safetensors'), seed: 0 });
  return ['--ckpt-dir', folder];
}

async function measure(folder: string, args: string[], options: FirstPictureOptions): Promise<Measured> {
  const dataDir = join(folder, 'data');
  const start = () => startServer({ dataDir, args, throughScript: true, timeoutMs: 600_000 });
  // The first start installs and builds what is missing: only the second one is like every later one.
  await (await start()).stop();
  const server = await start();
  try {
    const body: Partial<PictureRequest> = {
      prompt: PROMPT,
      seed: 1,
      steps: options.steps,
      ...(options.sd15 ? { override_settings: { sd_model_checkpoint: 'random' } } : {}),
      ...(options.size === undefined ? {} : { width: options.size, height: options.size }),
    };
    const watches = watchBoth(server);
    const first = await runJob(server.url, body);
    const second = await runJob(server.url, { ...body, seed: 2 });
    const [appMemory, engineMemory] = watches.map((watch) => watch.stop()) as [ProcessMemory, ProcessMemory];
    return { readyMs: server.readyMs, first, second, appMemory, engineMemory };
  } finally {
    await server.stop();
  }
}

const watchBoth = (server: ServerProcess) => [
  watchMemory(() => server.pid),
  watchMemory(() => childrenOf(server.pid, 'engine.ts')[0]),
];

const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
const mebibytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;
const share = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`;

function report(options: FirstPictureOptions, measured: Measured): string {
  const { first, second, appMemory, engineMemory } = measured;
  const { width, height, steps, sampler_name, scheduler, cfg_scale } = second.request;
  const model = options.sd15 ? `random weights of SD 1.5's size, ${options.dtype}` : 'default model';
  const outside = ({ timings }: TimedJob) => share(timings.totalMs - timings.sessionRunMs, timings.totalMs);
  const memory = ({ rssBytes, anonymousBytes, fileBytes }: ProcessMemory) =>
    `${mebibytes(rssBytes)} resident, ${mebibytes(anonymousBytes)} anonymous, ${mebibytes(fileBytes)} file-mapped`;
  const rows: [string, string][] = [
    ['ready after the second start', seconds(measured.readyMs)],
    ['first picture, from request to finished job', seconds(first.doneMs)],
    ['second picture', seconds(second.doneMs)],
    ['request to accepted, first', seconds(first.acceptedMs)],
    ['assignment to first UNet call, first', seconds(first.timings.toFirstPredictMs)],
    ['assignment to first UNet call, second', seconds(second.timings.toFirstPredictMs)],
    ['one step, second picture', seconds(second.timings.sampleMs / steps)],
    ['UNet calls, second picture', String(second.timings.predictCalls)],
    ['text, decode, save, second picture', textDecodeSave(second)],
    ['share of wall time outside session.run, first', outside(first)],
    ['share of wall time outside session.run, second', outside(second)],
    ['peak memory of the app', memory(appMemory)],
    ['peak memory of the engine', memory(engineMemory)],
  ];
  const longest = Math.max(...rows.map(([name]) => name.length));
  const title = `${model}, ${width} × ${height}, ${steps} steps of ${sampler_name} (${scheduler}), CFG ${cfg_scale}`;
  return [title, ...rows.map(([name, value]) => `  ${name.padEnd(longest)}  ${value}`)].join('\n');
}

function textDecodeSave({ timings }: TimedJob): string {
  return [timings.conditionMs, timings.decodeMs, timings.saveMs].map(seconds).join(', ');
}
