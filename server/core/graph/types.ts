/** The compiler's intermediate representation: ONNX's concepts as plain data. Values are known by their names. */

/** ONNX element types (onnx.proto, TensorProto.DataType) and their sizes in bytes. */
export const ELEMENT_TYPES = {
  float32: { code: 1, bytes: 4 },
  uint8: { code: 2, bytes: 1 },
  int8: { code: 3, bytes: 1 },
  uint16: { code: 4, bytes: 2 },
  int16: { code: 5, bytes: 2 },
  int32: { code: 6, bytes: 4 },
  int64: { code: 7, bytes: 8 },
  bool: { code: 9, bytes: 1 },
  float16: { code: 10, bytes: 2 },
  float64: { code: 11, bytes: 8 },
  uint32: { code: 12, bytes: 4 },
  uint64: { code: 13, bytes: 8 },
  bfloat16: { code: 16, bytes: 2 },
} as const;

export type ElementType = keyof typeof ELEMENT_TYPES;

/** A number, or the name of a side that is known at run time only. */
export type Dimension = number | string;

export interface ValueInfo {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly Dimension[];
}

/** A stretch of a file. `file` is whatever the caller of `serialise` can turn into a location. */
export interface FileSpan {
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

/** A tensor known before the run: bytes of a file, or little-endian bytes of the graph's own. */
export interface Initialiser {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: FileSpan | Uint8Array;
}

export type AttributeValue = number | string | readonly number[];

export interface GraphNode {
  readonly name: string;
  readonly op: string;
  /** '' is ONNX's own. */
  readonly domain: string;
  /** '' stands for an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

export interface Graph {
  readonly name: string;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** In an order in which they can run. */
  readonly nodes: readonly GraphNode[];
  readonly initialisers: ReadonlyMap<string, Initialiser>;
}

/** A tensor of a checkpoint as the builder sees it. */
export interface Weight extends FileSpan {
  readonly type: ElementType;
  readonly shape: readonly number[];
}

/** A graph that cannot be built or is not legal. */
export class GraphError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'GraphError';
  }
}
