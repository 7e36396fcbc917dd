import { InferenceSession, type Tensor } from 'onnxruntime-node';
import { TapestryError } from '#contracts/errors.ts';
import { compile } from '#core/graph/compile.ts';
import { PROFILES, type ProviderName } from '#core/graph/profiles.ts';
import { serialise } from '#core/graph/serialise.ts';
import type { Graph } from '#core/graph/types.ts';
import { externalFolder } from './external-location.ts';
import { type MemoryPlan, type Part, planMemory, workBytes } from './memory-plan.ts';
import { fromNative } from './native-errors.ts';
import { checkpointError, type OpenedCheckpoint } from './open-checkpoint.ts';
import type { SessionCache } from './session-cache.ts';
import { sessionOptions } from './session-options.ts';
import type { StatsKeeper } from './stats.ts';

export interface PartRunnerDeps {
  provider: ProviderName;
  threads: number;
  /** Unique among the runtime's models. */
  id: string;
  /** Memory that the model may take. */
  budgetBytes(): number;
  /** Memory that there is at all. */
  limitBytes: number;
  smallPartElements: number;
  sessions: SessionCache;
  stats: StatsKeeper;
  log(message: string): void;
}

export interface PartCall {
  part: Part;
  /** Which graph of the part; '' is the plain one. */
  variant: string;
  graph(): Graph;
  feeds: Readonly<Record<string, Tensor>>;
  output: string;
  /** Size of the picture, 0 for text. */
  pixels: number;
  /** For error messages, e.g. "decoding 4096×4096". */
  what: string;
}

/** Runs one part of a checkpoint: makes its session when it is first needed, as the memory plan says. */
export function createPartRunner(
  opened: OpenedCheckpoint,
  deps: PartRunnerDeps,
): (call: PartCall) => Promise<Float32Array> {
  let plan: MemoryPlan | undefined;
  const currentPlan = (): MemoryPlan => {
    plan ??= makePlan(opened, deps);
    return plan;
  };
  return async (call) => {
    // Where the system hands out more memory than it has, the process would be killed half-way instead of told.
    if (
      deps.provider === 'cpu' &&
      workBytes(call.part, opened.sizes[call.part], call.pixels) > deps.limitBytes
    ) {
      throw new TapestryError('OUT_OF_MEMORY', { value: call.what });
    }
    const { keepAll, modes } = currentPlan();
    const request = {
      slot: `${deps.id}/${call.part}`,
      key: call.variant,
      keepOthers: keepAll,
      create: () => createSession(opened, deps, call, modes[call.part]),
    };
    return deps.sessions.use(request, async (session) => {
      try {
        const results = await deps.stats.time('sessionRunMs', () => session.run(call.feeds, [call.output]));
        return results[call.output]?.data as Float32Array;
      } catch (thrown) {
        throw fromNative(thrown, call.what);
      }
    });
  };
}

async function createSession(
  opened: OpenedCheckpoint,
  deps: PartRunnerDeps,
  call: PartCall,
  mode: MemoryPlan['modes'][Part],
): Promise<InferenceSession> {
  await opened.checkUnchanged();
  const start = performance.now();
  const graph = compile(call.graph(), PROFILES[deps.provider]);
  const { folder, locate } = externalFolder(filesOf(graph));
  const bytes = serialise(graph, locate);
  const options = sessionOptions({ provider: deps.provider, mode, threads: deps.threads, folder });
  try {
    const session = await deps.stats.time('sessionCreateMs', () => InferenceSession.create(bytes, options));
    deps.log(
      `${call.part} of ${opened.path} loaded (${mode}) in ${Math.round(performance.now() - start)} ms`,
    );
    return session;
  } catch (thrown) {
    const coded = fromNative(thrown, `loading the ${call.part} of ${opened.path}`);
    throw coded.code === 'OUT_OF_MEMORY' ? coded : checkpointError(thrown, opened.path);
  }
}

function makePlan({ sizes, match, path }: OpenedCheckpoint, deps: PartRunnerDeps): MemoryPlan {
  const budgetBytes = deps.budgetBytes();
  const plan = planMemory(sizes, match.nativeWidth * match.nativeHeight, {
    budgetBytes,
    smallPartElements: deps.smallPartElements,
    onDevice: deps.provider !== 'cpu',
  });
  const together = plan.keepAll ? 'all parts stay loaded' : 'one part at a time';
  deps.log(`${path}: ${together} in ${Math.round(budgetBytes / 2 ** 20)} MiB`);
  return plan;
}

function filesOf(graph: Graph): string[] {
  const files = new Set<string>();
  for (const { data } of graph.initialisers.values()) if (!(data instanceof Uint8Array)) files.add(data.file);
  return [...files];
}
