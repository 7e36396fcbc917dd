/**
 * Hypernetworks as the web UI of AUTOMATIC1111 trains them: for each context width a pair of small networks, one before
 * the keys and one before the values of every attention of that width, each adding to what passes through it.
 */
import { FormatError } from '#core/formats/format-error.ts';
import { PickleDict, PickleTuple, type PickleValue } from '#core/formats/pickle-values.ts';
import type { ByteSource } from '#core/formats/safetensors.ts';
import { dictOf, type TensorFile } from '#core/formats/tensor-file.ts';
import { readTensor } from '#core/formats/tensor-view.ts';
import { TorchTensor } from '#core/formats/torch-values.ts';
import type { Tensor } from '#core/tensor.ts';
import { ACTIVATIONS, type ActivationName, isActivationName } from './activations.ts';

/** One step of a network, in order. Dropout is left out: it does nothing when painting. */
export type HypernetworkLayer =
  | { kind: 'linear'; weight: Tensor; bias: Tensor | null }
  | { kind: 'layer-norm'; weight: Tensor; bias: Tensor }
  | { kind: 'activation'; name: ActivationName };

export interface Hypernetwork {
  /** By width of the context. A width without entry passes unchanged. */
  networks: ReadonlyMap<number, { keys: readonly HypernetworkLayer[]; values: readonly HypernetworkLayer[] }>;
  name: string | null;
  step: number | null;
  checkpoint: string | null;
  checkpointName: string | null;
}

const LAYER_NORM_EPSILON = 1e-5;
/** Names that the first files had for the only two layers there were. */
const OLD_NAMES: readonly (readonly [RegExp, string])[] = [
  [/^linear1\./, 'linear.0.'],
  [/^linear2\./, 'linear.1.'],
];

/**
 * Reads a hypernetwork from a torch file.
 * @throws FormatError where the file is none, or is of a form that is not known, with the reason
 */
export async function readHypernetwork(source: ByteSource, file: TensorFile): Promise<Hypernetwork> {
  const { root } = file;
  if (!(root instanceof PickleDict)) throw new FormatError('it is no hypernetwork: it is no dict');
  const settings = readSettings(root);
  const networks = new Map<number, { keys: HypernetworkLayer[]; values: HypernetworkLayer[] }>();
  for (const [width, pair] of root.entries) {
    if (typeof width !== 'number') continue;
    const [keys, values] = pair instanceof PickleTuple ? pair.items : Array.isArray(pair) ? pair : [];
    networks.set(width, {
      keys: await readNetwork(source, file, keys, settings),
      values: await readNetwork(source, file, values, settings),
    });
  }
  if (networks.size === 0)
    throw new FormatError('it is no hypernetwork: it has no networks by context width');
  return {
    networks,
    name: textOrNull(root.get('name')),
    step: numberOrNull(root.get('step')),
    checkpoint: textOrNull(root.get('sd_checkpoint')),
    checkpointName: textOrNull(root.get('sd_checkpoint_name')),
  };
}

interface Settings {
  activation: ActivationName | null;
  activateOutput: boolean;
}

function readSettings(root: PickleDict): Settings {
  const name = root.get('activation_func') ?? 'linear';
  if (name !== 'linear' && !isActivationName(name)) {
    throw new FormatError(`the hypernetwork has the activation ${JSON.stringify(name)}, which is not known`);
  }
  return {
    activation: name === 'linear' ? null : name,
    activateOutput: root.get('activate_output') !== false,
  };
}

/** Layers in the order of their numbers, which skip activations and dropout; activations are put back. */
async function readNetwork(
  source: ByteSource,
  file: TensorFile,
  state: PickleValue | undefined,
  { activation, activateOutput }: Settings,
): Promise<HypernetworkLayer[]> {
  const groups = groupByNumber(dictOf(state));
  const layers: HypernetworkLayer[] = [];
  const read = async (tensor: TorchTensor | undefined) =>
    tensor ? readTensor(source, file.viewOf(tensor)) : null;
  const linears = groups.filter(({ weight }) => weight.shape.length === 2).length;
  let seen = 0;
  for (const { weight, bias } of groups) {
    const values = (await read(weight))!;
    if (weight.shape.length === 2) {
      seen++;
      layers.push({ kind: 'linear', weight: values, bias: await read(bias) });
      if (activation && (seen < linears || activateOutput))
        layers.push({ kind: 'activation', name: activation });
    } else {
      const shift = await read(bias);
      if (shift === null) throw new FormatError('the hypernetwork has a norm without a bias');
      layers.push({ kind: 'layer-norm', weight: values, bias: shift });
    }
  }
  if (linears === 0) throw new FormatError('the hypernetwork has a network without layers');
  return layers;
}

function groupByNumber(
  state: ReadonlyMap<PickleValue, PickleValue> | null,
): { weight: TorchTensor; bias: TorchTensor | undefined }[] {
  const tensors = new Map<string, TorchTensor>();
  for (const [key, value] of state ?? []) {
    if (typeof key !== 'string' || !(value instanceof TorchTensor)) continue;
    const old = OLD_NAMES.find(([pattern]) => pattern.test(key));
    tensors.set(old ? key.replace(old[0], old[1]) : key, value);
  }
  const numbers = [...tensors.keys()].flatMap((key) => /^linear\.(\d+)\.weight$/.exec(key)?.[1] ?? []);
  return numbers
    .map(Number)
    .sort((a, b) => a - b)
    .map((n) => ({ weight: tensors.get(`linear.${n}.weight`)!, bias: tensors.get(`linear.${n}.bias`) }));
}

/**
 * The context [..., width] as keys or values see it: context + strength · network(context).
 * @param layers of the context's width; undefined: the context itself
 */
export function applyHypernetwork(
  layers: readonly HypernetworkLayer[] | undefined,
  context: Tensor,
  strength: number,
): Tensor {
  if (layers === undefined) return context;
  const width = context.shape.at(-1)!;
  let x: Tensor = { data: context.data, shape: [context.data.length / width, width] };
  for (const layer of layers) x = forward(layer, x);
  return { data: context.data.map((value, i) => value + strength * x.data[i]!), shape: context.shape };
}

function forward(layer: HypernetworkLayer, x: Tensor): Tensor {
  if (layer.kind === 'linear') return linear(x, layer.weight, layer.bias);
  if (layer.kind === 'layer-norm') return layerNorm(x, layer.weight, layer.bias);
  const activate = ACTIVATIONS[layer.name];
  return { data: x.data.map((value) => activate(value)), shape: x.shape };
}

/** x [rows, in] · weight [out, in] transposed + bias. */
function linear({ data, shape }: Tensor, weight: Tensor, bias: Tensor | null): Tensor {
  const [rows, ins] = shape as [number, number];
  const outs = weight.shape[0]!;
  const out = new Float32Array(rows * outs);
  for (let row = 0; row < rows; row++) {
    for (let o = 0; o < outs; o++) {
      let sum = bias?.data[o] ?? 0;
      for (let i = 0; i < ins; i++) sum += data[row * ins + i]! * weight.data[o * ins + i]!;
      out[row * outs + o] = sum;
    }
  }
  return { data: out, shape: [rows, outs] };
}

function layerNorm({ data, shape }: Tensor, weight: Tensor, bias: Tensor): Tensor {
  const [rows, width] = shape as [number, number];
  const out = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    const values = data.subarray(row * width, (row + 1) * width);
    const mean = values.reduce((sum, value) => sum + value, 0) / width;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width;
    const scale = 1 / Math.sqrt(variance + LAYER_NORM_EPSILON);
    for (let i = 0; i < width; i++) {
      out[row * width + i] = (values[i]! - mean) * scale * weight.data[i]! + bias.data[i]!;
    }
  }
  return { data: out, shape };
}

function numberOrNull(value: PickleValue | undefined): number | null {
  return typeof value === 'number' ? value : null;
}

function textOrNull(value: PickleValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
