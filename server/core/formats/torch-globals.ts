/**
 * The allow-list of names in torch files: what rebuilds tensors, plain containers, and what training frameworks leave
 * beside them. A name off the list is refused before anything is made of it.
 */
import { FormatError } from './format-error.ts';
import { rebuildNumpyScalar } from './numpy-scalar.ts';
import type { PickleHandlers } from './pickle.ts';
import { PickleDict, PickleGlobal, PickleObject, PickleTuple, type PickleValue } from './pickle-values.ts';
import { STORAGE_DTYPES, TORCH_DTYPES } from './torch-dtypes.ts';
import { rebuildParameter, rebuildTensor, rebuildTensorOfDtype } from './torch-rebuild.ts';
import { TorchStorage } from './torch-values.ts';

type Call = (
  args: readonly PickleValue[],
  spend: (count: number) => void,
  callee: PickleGlobal,
) => PickleValue;

/** A name: `call` where it may be called, else it may only be named (a key, a type). */
interface Allowed {
  readonly call?: Call;
}

const UNTYPED_STORAGES = ['torch.storage.UntypedStorage', 'torch.UntypedStorage'];

const named: Allowed = {};
const object: Allowed = { call: (args, _, callee) => new PickleObject(callee, args) };
const dict: Allowed = { call: makeDict };
const set: Allowed = { call: makeSet };
const scalar: Allowed = { call: rebuildNumpyScalar };

const ALLOWED: ReadonlyMap<string, Allowed> = new Map<string, Allowed>([
  ...Object.keys(STORAGE_DTYPES).flatMap((name): [string, Allowed][] => [
    [`torch.${name}`, named],
    [`torch.cuda.${name}`, named],
  ]),
  ...UNTYPED_STORAGES.map((name): [string, Allowed] => [name, named]),
  ...Object.keys(TORCH_DTYPES).map((name): [string, Allowed] => [`torch.${name}`, named]),
  ['torch._utils._rebuild_tensor', { call: rebuildTensor }],
  ['torch._utils._rebuild_tensor_v2', { call: rebuildTensor }],
  ['torch._utils._rebuild_tensor_v3', { call: rebuildTensorOfDtype }],
  ['torch._utils._rebuild_parameter', { call: rebuildParameter }],
  ['torch._utils._rebuild_parameter_with_state', { call: rebuildParameter }],
  ['torch.Size', { call: (args) => args[0] ?? new PickleTuple([]) }],
  ['torch.device', object],
  ['torch.nn.modules.container.ParameterDict', object],
  ['collections.OrderedDict', dict],
  ['__builtin__.set', set],
  ['builtins.set', set],
  ['_codecs.encode', { call: encodeText }],
  ['numpy.core.multiarray.scalar', scalar],
  ['numpy._core.multiarray.scalar', scalar],
  ['numpy.core.multiarray._reconstruct', object],
  ['numpy._core.multiarray._reconstruct', object],
  ['numpy.dtype', object],
  ['numpy.ndarray', named],
  // Lightning's callbacks are keys of a checkpoint's dict.
  ['pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint', named],
  ['pytorch_lightning.callbacks.ModelCheckpoint', named],
]);

/** The handlers for one pickle of a torch file. `persistent` makes storages of their ids. */
export function torchHandlers(persistent: PickleHandlers['persistent']): PickleHandlers {
  return { global: allowedGlobal, call: callAllowed, build: setState, persistent };
}

/** Handlers for a pickle that has no storages. */
export const PLAIN_HANDLERS: PickleHandlers = torchHandlers(() => {
  throw new FormatError('the pickle names a storage where none can be');
});

function allowedGlobal(module: string, name: string): PickleGlobal {
  const global = new PickleGlobal(module, name);
  if (!ALLOWED.has(global.path)) {
    throw new FormatError(
      `the pickle names ${shorten(global.path)}, which is not on the list of what is read`,
    );
  }
  return global;
}

function callAllowed(
  callee: PickleGlobal,
  args: readonly PickleValue[],
  spend: (count: number) => void,
): PickleValue {
  const call = ALLOWED.get(callee.path)?.call;
  if (call === undefined)
    throw new FormatError(`the pickle calls ${shorten(callee.path)}, which may only be named`);
  return call(args, spend, callee);
}

function setState(target: PickleValue, state: PickleValue): void {
  // An OrderedDict's state holds its attributes, such as `_metadata` of a state dict: nothing that is needed.
  if (target instanceof PickleDict) return;
  if (!(target instanceof PickleObject)) throw new FormatError('the pickle sets the state of what has none');
  target.state = state;
}

/**
 * Makes a storage of `('storage', type, key, location, elements[, view])`; a view is `(key, first, elements)`, which
 * only files before torch 1.6 have.
 */
export function storageOfId(id: PickleValue): TorchStorage {
  const items = id instanceof PickleTuple ? id.items : [];
  const [tag, type, key, , elements, view] = items;
  if (tag !== 'storage' || !(type instanceof PickleGlobal) || typeof key !== 'string' || !isCount(elements)) {
    throw new FormatError('the pickle has a reference that is no storage');
  }
  const dtype = STORAGE_DTYPES[type.name] ?? null;
  if (dtype === null && !UNTYPED_STORAGES.includes(type.path)) {
    throw new FormatError(`the pickle has a storage of the type ${shorten(type.path)}`);
  }
  if (!(view instanceof PickleTuple)) return new TorchStorage(key, dtype, 0, elements);
  const [, first, viewElements] = view.items;
  if (!isCount(first) || !isCount(viewElements) || first + viewElements > elements) {
    throw new FormatError(`storage ${shorten(key)} has a view beyond its end`);
  }
  return new TorchStorage(key, dtype, first, viewElements);
}

function makeDict(args: readonly PickleValue[], spend: (count: number) => void): PickleDict {
  const dict = new PickleDict();
  const [pairs] = args;
  if (pairs === undefined) return dict;
  if (!Array.isArray(pairs)) throw new FormatError('the pickle makes a dict of what is no list');
  spend(pairs.length);
  for (const pair of pairs) {
    const [key, value] = pair instanceof PickleTuple ? pair.items : Array.isArray(pair) ? pair : [];
    if (typeof key !== 'string' && typeof key !== 'number')
      throw new FormatError('the pickle has a dict of no pairs');
    dict.entries.set(key, value ?? null);
  }
  return dict;
}

function makeSet(args: readonly PickleValue[], spend: (count: number) => void): Set<PickleValue> {
  const [items = []] = args;
  if (!Array.isArray(items)) throw new FormatError('the pickle makes a set of what is no list');
  spend(items.length);
  return new Set(items);
}

/** How protocol 2 writes bytes: `encode(text, 'latin1')`. */
function encodeText(args: readonly PickleValue[], spend: (count: number) => void): Uint8Array {
  const [text, encoding] = args;
  if (typeof text !== 'string' || (encoding !== 'latin1' && encoding !== 'latin-1')) {
    throw new FormatError('the pickle encodes text in a way other than latin1');
  }
  spend(text.length);
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function shorten(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}...` : text);
}
