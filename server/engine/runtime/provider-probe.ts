import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { InferenceSession, listSupportedBackends, Tensor } from 'onnxruntime-node';
import { TapestryError } from '#contracts/errors.ts';
import { compile } from '#core/graph/compile.ts';
import { PROFILES, type ProviderName } from '#core/graph/profiles.ts';
import { serialise } from '#core/graph/serialise.ts';
import { buildProbe, probeInput } from './probe-graph.ts';
import { sessionOptions } from './session-options.ts';
import type { Device } from './types.ts';

export interface ProviderChoice {
  provider: ProviderName;
  notes: string[];
}

interface ProbeResult {
  output: Float32Array;
  /** The second run: the first one compiles. */
  runMs: number;
}

/** Devices that `auto` tries, the likely fastest first; the CPU is what is left. */
const AUTO_ORDER: readonly ProviderName[] = ['cuda', 'dml', 'coreml', 'webgpu'];
/** Float32 in another order of summation; a wrong kernel is off by far more. */
const TOLERANCE = 1e-3;
/** A GPU may lose a run as short as the probe against many cores, but never by this much. */
const SOFTWARE_FACTOR = 5;

/**
 * The provider for a device. Each candidate runs a small graph and must agree with the CPU; `auto` also refuses
 * what is far slower, as a software rasteriser passes for a GPU. What is not taken leaves a note with the reason.
 */
export async function chooseProvider(device: Device, threads: number): Promise<ProviderChoice> {
  const cpu = await runProbe('cpu', threads).catch((thrown: unknown) => {
    throw new TapestryError('ENGINE_UNAVAILABLE', {
      reason: `onnxruntime does not run: ${reasonOf(thrown)}`,
    });
  });
  const notes: string[] = [];
  const candidates = device === 'auto' ? AUTO_ORDER : device === 'cpu' ? [] : [device];
  for (const provider of candidates) {
    const refusal = await tryProvider(provider, threads, cpu, device === 'auto');
    if (refusal === undefined) return { provider, notes };
    notes.push(`${provider}: ${refusal}`);
  }
  return { provider: 'cpu', notes };
}

/** undefined when the provider is fit, otherwise the reason why not. */
async function tryProvider(
  provider: ProviderName,
  threads: number,
  cpu: ProbeResult,
  refuseSlow: boolean,
): Promise<string | undefined> {
  if (!listSupportedBackends().some(({ name }) => name === provider))
    return `not available on ${process.platform}`;
  if (provider === 'cuda' && !cudaLibraryInstalled()) return 'its libraries are not installed';
  try {
    const { output, runMs } = await runProbe(provider, threads);
    const difference = largestDifference(output, cpu.output);
    if (!(difference <= TOLERANCE))
      return `its results differ from the CPU's by ${difference.toPrecision(2)}`;
    if (refuseSlow && runMs > SOFTWARE_FACTOR * cpu.runMs) {
      return `far slower than the CPU (${runMs.toFixed(1)} ms against ${cpu.runMs.toFixed(1)} ms)`;
    }
    return undefined;
  } catch (thrown) {
    return reasonOf(thrown);
  }
}

async function runProbe(provider: ProviderName, threads: number): Promise<ProbeResult> {
  const bytes = serialise(compile(buildProbe(), PROFILES[provider]), (file) => file);
  const options = sessionOptions({ provider, mode: 'fast', threads, folder: process.cwd() });
  const session = await InferenceSession.create(bytes, options);
  try {
    const { data, shape } = probeInput();
    const feeds = { x: new Tensor('float32', data, shape) };
    await session.run(feeds);
    const start = performance.now();
    const { y } = await session.run(feeds);
    return { output: y?.data as Float32Array, runMs: performance.now() - start };
  } finally {
    await session.release();
  }
}

/** onnxruntime names CUDA even where its library was not installed, and prints errors when it is asked to load it. */
function cudaLibraryInstalled(): boolean {
  const packageFile = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
  const library =
    process.platform === 'win32' ? 'onnxruntime_providers_cuda.dll' : 'libonnxruntime_providers_cuda.so';
  return existsSync(join(dirname(packageFile), 'bin', 'napi-v6', process.platform, process.arch, library));
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  let largest = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
  for (let index = 0; index < a.length; index += 1) {
    const difference = Math.abs((a[index] ?? Number.NaN) - (b[index] ?? Number.NaN));
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

/** The last sentence of a native error, without source paths. */
function reasonOf(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const said = message.split(/was false\. |ERR: /).at(-1) ?? message;
  return said.trim().split('\n')[0] ?? said;
}
