import {
  type Attributes,
  createDraft,
  createEmitter,
  type Draft,
  type Emitter,
  freshName,
} from './emitter.ts';
import {
  type Dimension,
  type ElementType,
  type Graph,
  GraphError,
  type ValueInfo,
  type Weight,
} from './types.ts';

/** What the builder may know of a checkpoint: the tensor of a key, if there is one. */
export type WeightSource = (key: string) => Weight | undefined;

/**
 * A place in the checkpoint's tree of modules. Keys are relative to it, and an initialiser's name is its key in the
 * checkpoint, so that graph and file can be read side by side.
 */
export interface Scope extends Emitter {
  /** The scope's own key, e.g. "model.diffusion_model.input_blocks.1.0". */
  readonly path: string;
  /** A scope below this one. */
  in(name: string): Scope;
  /** Whether the checkpoint has this key. */
  has(key: string): boolean;
  /** Shape of a checkpoint tensor. Throws GraphError when the key is absent. */
  shapeOf(key: string): readonly number[];
  /** The checkpoint tensor as an initialiser, seen in `shape` if one is given (same bytes). */
  weight(key: string, shape?: readonly number[]): string;
  /** One node with several outputs. */
  split(op: string, inputs: readonly string[], count: number, attributes?: Attributes): string[];
}

export interface GraphBuilder {
  /** The scope without a prefix. */
  readonly root: Scope;
  input(name: string, type: ElementType, shape: readonly Dimension[]): string;
  /** Declares the value as a graph output. The graph output carries the value's own name. */
  output(value: string, type: ElementType, shape: readonly Dimension[]): void;
  finish(): Graph;
}

export function createGraphBuilder(name: string, weights: WeightSource): GraphBuilder {
  const draft = createDraft();
  const inputs: ValueInfo[] = [];
  const outputs: ValueInfo[] = [];
  return {
    root: createScope(draft, weights, ''),
    input(inputName, type, shape) {
      inputs.push({ name: freshName(draft, inputName), type, shape });
      return inputName;
    },
    output(value, type, shape) {
      outputs.push({ name: value, type, shape });
    },
    finish: () => ({ name, inputs, outputs, nodes: draft.nodes, initialisers: draft.initialisers }),
  };
}

function createScope(draft: Draft, weights: WeightSource, path: string): Scope {
  const emitter = createEmitter(draft, path);
  const keyOf = (name: string) => (path === '' ? name : `${path}.${name}`);
  const find = (name: string): Weight => {
    const weight = weights(keyOf(name));
    if (weight === undefined) throw new GraphError(`the tensor ${keyOf(name)} is missing`);
    return weight;
  };
  return {
    ...emitter,
    path,
    in: (name) => createScope(draft, weights, keyOf(name)),
    has: (name) => weights(keyOf(name)) !== undefined,
    shapeOf: (name) => find(name).shape,
    weight(name, shape) {
      const { type, shape: stored, file, offset, length } = find(name);
      const key = keyOf(name);
      if (!draft.initialisers.has(key)) {
        draft.names.set(key, 1);
        draft.initialisers.set(key, { name: key, type, shape: stored, data: { file, offset, length } });
      }
      return shape === undefined || shape.join() === stored.join() ? key : emitter.view(key, shape);
    },
    split(op, splitInputs, count, attributes = {}) {
      const stem = path === '' ? op : `${path}/${op}`;
      const names = Array.from({ length: count }, (_, index) => freshName(draft, `${stem}.${index}`));
      emitter.op(op, splitInputs, attributes, { outputs: names });
      return names;
    },
  };
}
