import { TapestryError } from '#contracts/errors.ts';
import type { ModelShape } from '#core/arch/model-graphs.ts';
import type { ModelInfo, PredictCall } from './types.ts';

/** Throws INVALID_FIELD when the data is not of this shape. */
export function checkLength(field: string, data: Float32Array, shape: readonly number[]): void {
  const expected = shape.reduce((product, side) => product * side, 1);
  if (!(expected > 0) || data.length !== expected) {
    throw wrongInput(field, `${data.length} numbers`, `[${shape}] of them, sides at least 1`);
  }
}

export function checkText(tokens: Int32Array, chunks: number, clipSkip: number, shape: ModelShape): void {
  if (tokens.length !== chunks * shape.textPositions) {
    throw wrongInput('tokens', `${tokens.length} ids`, `${chunks} chunks of ${shape.textPositions}`);
  }
  const stranger = tokens.find((id) => id < 0 || id >= shape.vocabulary);
  if (stranger !== undefined) throw wrongInput('tokens', stranger, `ids below ${shape.vocabulary}`);
  if (!Number.isInteger(clipSkip) || clipSkip < 1 || clipSkip > shape.textLayers) {
    throw wrongInput('clipSkip', clipSkip, `a whole number from 1 to ${shape.textLayers}`);
  }
}

export function checkPredict(call: PredictCall, info: ModelInfo): void {
  const { x, height, width, context, contextTokens } = call;
  if (info.inputChannels !== info.latentChannels && x.length === info.latentChannels * height * width) {
    const accepted = `${info.inputChannels} channels, as the checkpoint is of the kind ${info.variant}`;
    throw wrongInput('x', `${info.latentChannels} channels`, accepted);
  }
  checkLength('x', x, [1, info.inputChannels, height, width]);
  checkLength('context', context, [1, contextTokens, info.contextWidth]);
}

export function checkSides(height: number, width: number, multiple: number): void {
  if (height % multiple !== 0 || width % multiple !== 0) {
    throw wrongInput('image', `${width}×${height}`, `sides that are multiples of ${multiple}`);
  }
}

function wrongInput(field: string, value: unknown, accepted: string): TapestryError {
  return new TapestryError('INVALID_FIELD', { field, value, accepted });
}
