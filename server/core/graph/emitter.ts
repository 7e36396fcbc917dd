import { splitOpName } from './ops.ts';
import {
  type AttributeValue,
  type ElementType,
  type Graph,
  GraphError,
  type GraphNode,
  type Initialiser,
} from './types.ts';

export interface EmitOptions {
  /** Name to make the node's own unique name from. @default the scope and the op */
  name?: string;
  /** Names of the outputs, of which the first also names the node. @default the node's name */
  outputs?: readonly string[];
}

/** Appends nodes and constants to a graph that is being made. Builder and passes work through it. */
export interface Emitter {
  /** Emits one node and returns its first output. `op` may carry a domain: "com.microsoft.Gelu". */
  op(op: string, inputs: readonly string[], attributes?: Attributes, options?: EmitOptions): string;
  /** Constant tensors, one per distinct content. The shape defaults to one dimension. */
  int64(values: readonly number[], shape?: readonly number[]): string;
  float32(values: readonly number[] | Float32Array, shape?: readonly number[]): string;
  /** The same bytes as another initialiser, seen in another shape. */
  view(initialiser: string, shape: readonly number[]): string;
}

export type Attributes = Readonly<Record<string, AttributeValue>>;

/** Constants up to this size are shared from pass to pass; comparing longer ones costs more than they save. */
const SHARED_BYTES = 4096;

/** A graph under construction. */
export interface Draft {
  readonly nodes: GraphNode[];
  readonly initialisers: Map<string, Initialiser>;
  /** Names that are taken, with how often each was asked for. */
  readonly names: Map<string, number>;
  /** Content of a constant → its name. */
  readonly constants: Map<string, string>;
}

export function createDraft(): Draft {
  return { nodes: [], initialisers: new Map(), names: new Map(), constants: new Map() };
}

/** A draft that goes on from a graph: its initialisers are there and all of its names are taken; nodes are not. */
export function draftFrom(graph: Graph): Draft {
  const draft = createDraft();
  for (const value of graph.inputs) draft.names.set(value.name, 1);
  for (const node of graph.nodes) for (const output of node.outputs) draft.names.set(output, 1);
  for (const [name, initialiser] of graph.initialisers) {
    draft.initialisers.set(name, initialiser);
    draft.names.set(name, 1);
    const { type, shape, data } = initialiser;
    if (data instanceof Uint8Array && data.length <= SHARED_BYTES)
      draft.constants.set(contentOf(type, shape, data), name);
  }
  return draft;
}

function contentOf(type: ElementType, shape: readonly number[], bytes: Uint8Array): string {
  return `${type}[${shape}]${bytes.join()}`;
}

/** The name itself when it is free, otherwise with the next number behind it. */
export function freshName(draft: Draft, wanted: string): string {
  const taken = draft.names.get(wanted) ?? 0;
  draft.names.set(wanted, taken + 1);
  return taken === 0 ? wanted : freshName(draft, `${wanted}_${taken + 1}`);
}

/** `scope` prefixes the names of nodes that are emitted without one. */
export function createEmitter(draft: Draft, scope = ''): Emitter {
  const constant = (
    type: ElementType,
    values: readonly number[],
    bytes: Uint8Array,
    shape: readonly number[],
  ) => {
    const content = contentOf(type, shape, bytes);
    const known = draft.constants.get(content);
    if (known !== undefined) return known;
    const short = values.length <= 8 ? values.join() : `#${draft.constants.size}`;
    const name = freshName(draft, `constant/${type}[${shape}]:${short}`);
    draft.constants.set(content, name);
    draft.initialisers.set(name, { name, type, shape, data: bytes });
    return name;
  };
  return {
    op(qualified, inputs, attributes = {}, options = {}) {
      const { domain, op } = splitOpName(qualified);
      const wanted = options.name ?? (scope === '' ? op : `${scope}/${op}`);
      const outputs = options.outputs ?? [freshName(draft, wanted)];
      const [first] = outputs;
      if (first === undefined) throw new GraphError(`${qualified} is emitted without an output`);
      draft.nodes.push({ name: first, op, domain, inputs, outputs, attributes });
      return first;
    },
    int64(values, shape = [values.length]) {
      const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
      return constant('int64', values, bytes, shape);
    },
    float32(values, shape = [values.length]) {
      return constant('float32', [...values], new Uint8Array(Float32Array.from(values).buffer), shape);
    },
    view(initialiser, shape) {
      const source = draft.initialisers.get(initialiser);
      if (source === undefined)
        throw new GraphError(`${initialiser} is not an initialiser and cannot be viewed`);
      const name = `${initialiser}:${shape.join('x')}`;
      if (!draft.initialisers.has(name)) draft.initialisers.set(name, { ...source, name, shape });
      return name;
    },
  };
}
