import { Tensor } from 'onnxruntime-node';
import { clipSkipOutput } from '#core/arch/clip-text.ts';
import { timestepFeatures } from '#core/arch/unet.ts';
import { checkLength, checkPredict, checkSides, checkText } from './input-checks.ts';
import type { OpenedCheckpoint } from './open-checkpoint.ts';
import { createPartRunner, type PartRunnerDeps } from './part-runner.ts';
import type { CheckpointModel, ModelInfo } from './types.ts';

/** A checkpoint's four graphs behind the runtime's contract. Every run has batch 1. */
export function createCheckpointModel(opened: OpenedCheckpoint, deps: PartRunnerDeps): CheckpointModel {
  const { graphs, path } = opened;
  const { shape } = graphs;
  const info = modelInfo(opened);
  const run = createPartRunner(opened, deps);
  const pictureSize = (height: number, width: number) =>
    `${width * shape.downscale}×${height * shape.downscale}`;
  return {
    path,
    info,
    async encodeText(tokens, chunks, clipSkip) {
      checkText(tokens, chunks, clipSkip, shape);
      const { textPositions, contextWidth } = shape;
      const context = new Float32Array(chunks * textPositions * contextWidth);
      for (let chunk = 0; chunk < chunks; chunk += 1) {
        const ids = tokens.slice(chunk * textPositions, (chunk + 1) * textPositions);
        const encoded = await run({
          part: 'text',
          variant: '',
          graph: graphs.textEncoder,
          feeds: { tokens: new Tensor('int32', ids, [textPositions]) },
          output: clipSkipOutput(clipSkip),
          pixels: 0,
          what: 'encoding the prompt',
        });
        context.set(encoded, chunk * textPositions * contextWidth);
      }
      return context;
    },
    async predict(call) {
      checkPredict(call, info);
      deps.stats.countPredict();
      const { x, height, width, timestep, context, contextTokens } = call;
      const resizeToSkip = height % shape.sideMultiple !== 0 || width % shape.sideMultiple !== 0;
      return run({
        part: 'unet',
        variant: resizeToSkip ? 'resize to skip' : '',
        graph: () => graphs.unet({ resizeToSkip }),
        feeds: {
          sample: new Tensor('float32', x, [1, shape.inputChannels, height, width]),
          time: new Tensor('float32', timestepFeatures(timestep, shape.timeWidth), [1, shape.timeWidth]),
          context: new Tensor('float32', context, [contextTokens, shape.contextWidth]),
        },
        output: 'prediction',
        pixels: height * width * shape.downscale ** 2,
        what: `a picture of ${pictureSize(height, width)}`,
      });
    },
    async decode(latent, height, width) {
      checkLength('latent', latent, [1, shape.latentChannels, height, width]);
      return run({
        part: 'decoder',
        variant: '',
        graph: graphs.vaeDecoder,
        feeds: { latent: new Tensor('float32', latent, [1, shape.latentChannels, height, width]) },
        output: 'picture',
        pixels: height * width * shape.downscale ** 2,
        what: `decoding ${pictureSize(height, width)}`,
      });
    },
    async encode(image, height, width) {
      checkLength('image', image, [1, 3, height, width]);
      checkSides(height, width, shape.downscale);
      return run({
        part: 'encoder',
        variant: '',
        graph: graphs.vaeEncoder,
        feeds: { picture: new Tensor('float32', image, [1, 3, height, width]) },
        output: 'moments',
        pixels: height * width,
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
