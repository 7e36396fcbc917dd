import { InferenceSession, Tensor } from 'onnxruntime-node';
import { TapestryError } from '#contracts/errors.ts';
import { clipSkipOutput } from '#core/arch/clip-text.ts';
import { compile } from '#core/graph/compile.ts';
import { PROFILES, type ProviderName } from '#core/graph/profiles.ts';
import { serialise } from '#core/graph/serialise.ts';
import type { FileSpan, Graph } from '#core/graph/types.ts';
import { externalFolder } from './external-location.ts';
import { type MemoryPlan, type Part, planMemory } from './memory-plan.ts';
import { fromNative } from './native-errors.ts';
import { checkpointError, type OpenedCheckpoint } from './open-checkpoint.ts';
import { partSize } from './part-size.ts';
import type { SessionCache } from './session-cache.ts';
import { sessionOptions } from './session-options.ts';
import type { StatsKeeper } from './stats.ts';
import type { CheckpointModel, ModelInfo, PredictCall } from './types.ts';

export interface CheckpointModelDeps {
  provider: ProviderName;
  threads: number;
  /** Unique among the runtime's models. */
  id: string;
  memoryBytes(): number;
  sessions: SessionCache;
  stats: StatsKeeper;
  log(message: string): void;
}

type Feeds = Record<string, Tensor>;

interface PartCall {
  part: Part;
  /** Which graph of the part. */
  variant?: string;
  graph(): Graph;
  feeds: Feeds;
  output: string;
  /** For error messages, e.g. "decoding 4096×4096". */
  what: string;
}

export function createCheckpointModel(opened: OpenedCheckpoint, deps: CheckpointModelDeps): CheckpointModel {
  const { graphs, path } = opened;
  const { shape } = graphs;
  const info = modelInfo(opened);
  let plan: MemoryPlan | undefined;
  const currentPlan = () => {
    plan ??= makePlan(opened, deps);
    return plan;
  };

  const createSession = async (call: PartCall): Promise<InferenceSession> => {
    await opened.checkUnchanged();
    const mode = currentPlan().modes[call.part];
    const start = performance.now();
    const graph = compile(call.graph(), PROFILES[deps.provider]);
    const { folder, locate } = externalFolder(filesOf(graph));
    const bytes = serialise(graph, locate);
    const options = sessionOptions({ provider: deps.provider, mode, threads: deps.threads, folder });
    try {
      const session = await deps.stats.time('sessionCreateMs', () => InferenceSession.create(bytes, options));
      deps.log(`${call.part} of ${path} loaded (${mode}) in ${Math.round(performance.now() - start)} ms`);
      return session;
    } catch (thrown) {
      const coded = fromNative(thrown, `loading the ${call.part} of ${path}`);
      throw coded.code === 'OUT_OF_MEMORY' ? coded : checkpointError(thrown, path);
    }
  };

  const runPart = async (call: PartCall): Promise<Float32Array> => {
    const request = {
      slot: `${deps.id}/${call.part}`,
      key: call.variant ?? '',
      keepOthers: currentPlan().keepAll,
      create: () => createSession(call),
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

  const encodeChunk = (tokens: Int32Array, clipSkip: number) =>
    runPart({
      part: 'text',
      graph: graphs.textEncoder,
      feeds: { tokens: new Tensor('int32', tokens, [shape.textPositions]) },
      output: clipSkipOutput(clipSkip),
      what: 'encoding the prompt',
    });

  return {
    path,
    info,
    async encodeText(tokens, chunks, clipSkip) {
      checkTokens(tokens, chunks, shape);
      if (!Number.isInteger(clipSkip) || clipSkip < 1 || clipSkip > shape.textLayers) {
        throw new TapestryError('INVALID_FIELD', {
          field: 'clipSkip',
          value: clipSkip,
          accepted: `a whole number from 1 to ${shape.textLayers}`,
        });
      }
      const chunkSize = shape.textPositions * shape.contextWidth;
      const result = new Float32Array(chunks * chunkSize);
      for (let chunk = 0; chunk < chunks; chunk += 1) {
        const part = tokens.slice(chunk * shape.textPositions, (chunk + 1) * shape.textPositions);
        result.set(await encodeChunk(part, clipSkip), chunk * chunkSize);
      }
      return result;
    },
    async predict(call) {
      checkPredict(call, info, shape.contextWidth);
      deps.stats.countPredict();
      const { x, height, width, context, contextTokens } = call;
      const resizeToSkip = height % shape.sideMultiple !== 0 || width % shape.sideMultiple !== 0;
      return runPart({
        part: 'unet',
        variant: resizeToSkip ? 'resize to skip' : '',
        graph: () => graphs.unet({ resizeToSkip }),
        feeds: {
          sample: new Tensor('float32', x, [1, shape.inputChannels, height, width]),
          timestep: new Tensor('float32', Float32Array.of(call.timestep), [1]),
          context: new Tensor('float32', context, [contextTokens, shape.contextWidth]),
        },
        output: 'prediction',
        what: `a picture of ${width * shape.downscale}×${height * shape.downscale}`,
      });
    },
    async decode(latent, height, width) {
      checkLength('latent', latent, [1, shape.latentChannels, height, width]);
      return runPart({
        part: 'decoder',
        graph: graphs.vaeDecoder,
        feeds: { latent: new Tensor('float32', latent, [1, shape.latentChannels, height, width]) },
        output: 'picture',
        what: `decoding ${width * shape.downscale}×${height * shape.downscale}`,
      });
    },
    async encode(image, height, width) {
      checkLength('image', image, [1, 3, height, width]);
      checkSides(height, width, shape.downscale);
      return runPart({
        part: 'encoder',
        graph: graphs.vaeEncoder,
        feeds: { picture: new Tensor('float32', image, [1, 3, height, width]) },
        output: 'moments',
        what: `encoding ${width}×${height}`,
      });
    },
    close: () => deps.sessions.release(`${deps.id}/`),
  };
}

function modelInfo({ match, graphs: { shape } }: OpenedCheckpoint): ModelInfo {
  return {
    family: match.family,
    variant: match.variant,
    prediction: match.prediction,
    latentChannels: shape.latentChannels,
    inputChannels: shape.inputChannels,
    downscale: shape.downscale,
    latentScale: match.latentScale,
    contextWidth: shape.contextWidth,
    textLayers: shape.textLayers,
    nativeWidth: match.nativeWidth,
    nativeHeight: match.nativeHeight,
  };
}

function makePlan({ graphs, match, path }: OpenedCheckpoint, deps: CheckpointModelDeps): MemoryPlan {
  const sizes = {
    text: partSize(graphs.textEncoder()),
    unet: partSize(graphs.unet({ resizeToSkip: false })),
    decoder: partSize(graphs.vaeDecoder()),
    encoder: partSize(graphs.vaeEncoder()),
  };
  const available = deps.memoryBytes();
  const plan = planMemory(sizes, match.nativeWidth * match.nativeHeight, available);
  const together = plan.keepAll ? 'all parts stay loaded' : 'one part at a time';
  deps.log(`${path}: ${Math.round(available / 2 ** 20)} MiB available: ${together}, UNet ${plan.modes.unet}`);
  return plan;
}

function filesOf(graph: Graph): string[] {
  const spans = [...graph.initialisers.values()].map(({ data }) => data).filter(isSpan);
  return [...new Set(spans.map(({ file }) => file))];
}

function isSpan(data: FileSpan | Uint8Array): data is FileSpan {
  return !(data instanceof Uint8Array);
}

function checkTokens(
  tokens: Int32Array,
  chunks: number,
  shape: { textPositions: number; vocabulary: number },
): void {
  if (tokens.length !== chunks * shape.textPositions) {
    throw wrongInput('tokens', `${tokens.length} ids`, `${chunks} chunks of ${shape.textPositions}`);
  }
  const stranger = tokens.find((id) => id < 0 || id >= shape.vocabulary);
  if (stranger !== undefined) throw wrongInput('tokens', stranger, `ids below ${shape.vocabulary}`);
}

function checkPredict(call: PredictCall, info: ModelInfo, contextWidth: number): void {
  const { x, height, width, context, contextTokens } = call;
  if (x.length === info.latentChannels * height * width && info.inputChannels !== info.latentChannels) {
    throw wrongInput(
      'x',
      `${info.latentChannels} channels`,
      `${info.inputChannels} channels, as this is an ${info.variant} checkpoint`,
    );
  }
  checkLength('x', x, [1, info.inputChannels, height, width]);
  checkLength('context', context, [1, contextTokens, contextWidth]);
}

function checkSides(height: number, width: number, multiple: number): void {
  if (height % multiple !== 0 || width % multiple !== 0) {
    throw wrongInput('image', `${width}×${height}`, `sides that are multiples of ${multiple}`);
  }
}

function checkLength(field: string, data: Float32Array, shape: readonly number[]): void {
  const expected = shape.reduce((product, side) => product * side, 1);
  if (!(expected > 0) || data.length !== expected) {
    throw wrongInput(field, `${data.length} numbers`, `[${shape}] of them, sides at least 1`);
  }
}

function wrongInput(field: string, value: unknown, accepted: string): TapestryError {
  return new TapestryError('INVALID_FIELD', { field, value, accepted });
}
