import { type AttributeKind, OPSET_VERSIONS, schemaOf } from './ops.ts';
import { createProtobufWriter, type ProtobufWriter } from './protobuf.ts';
import {
  type AttributeValue,
  ELEMENT_TYPES,
  type Graph,
  GraphError,
  type GraphNode,
  type Initialiser,
  type ValueInfo,
} from './types.ts';

/** ONNX IR version 8, the one of opset 17. */
const IR_VERSION = 8;
/** TensorProto.DataLocation.EXTERNAL */
const EXTERNAL = 1;
/** Field numbers of onnx.proto's messages, as far as they are written. */
const MODEL = { irVersion: 1, producer: 2, graph: 7, opset: 8 };
const OPSET = { domain: 1, version: 2 };
const GRAPH = { node: 1, name: 2, initialiser: 5, input: 11, output: 12 };
const NODE = { input: 1, output: 2, name: 3, op: 4, attribute: 5, domain: 7 };
const ATTRIBUTE = { name: 1, float: 2, int: 3, string: 4, ints: 8, kind: 20 };
const ATTRIBUTE_KINDS: Readonly<Record<AttributeKind, number>> = { float: 1, int: 2, string: 3, ints: 7 };
const TENSOR = { dims: 1, type: 2, name: 8, rawData: 9, externalData: 13, dataLocation: 14 };
const ENTRY = { key: 1, value: 2 };
const VALUE = { name: 1, type: 2 };
const TYPE = { tensor: 1 };
const TENSOR_TYPE = { element: 1, shape: 2 };
const SHAPE = { dimension: 1 };
const DIMENSION = { value: 1, parameter: 2 };

/**
 * An ONNX ModelProto. Bytes that lie in files become external data; `locate` turns a file into its location, relative
 * to the folder that the runtime is given.
 */
export function serialise(graph: Graph, locate: (file: string) => string): Uint8Array {
  const writer = createProtobufWriter();
  writer.int(MODEL.irVersion, IR_VERSION);
  writer.string(MODEL.producer, 'tapestry');
  writer.message(MODEL.graph, () => {
    for (const node of graph.nodes) writer.message(GRAPH.node, () => writeNode(writer, node));
    writer.string(GRAPH.name, graph.name);
    for (const initialiser of graph.initialisers.values()) {
      writer.message(GRAPH.initialiser, () => writeInitialiser(writer, initialiser, locate));
    }
    for (const input of graph.inputs) writer.message(GRAPH.input, () => writeValueInfo(writer, input));
    for (const output of graph.outputs) writer.message(GRAPH.output, () => writeValueInfo(writer, output));
  });
  for (const domain of usedDomains(graph)) {
    const version = OPSET_VERSIONS[domain];
    if (version === undefined)
      throw new GraphError(`graph ${graph.name} uses ops of ${domain}, which are not ONNX`);
    writer.message(MODEL.opset, () => {
      writer.string(OPSET.domain, domain);
      writer.int(OPSET.version, version);
    });
  }
  return writer.finish();
}

function usedDomains(graph: Graph): string[] {
  return [...new Set(['', ...graph.nodes.map((node) => node.domain)])];
}

function writeNode(writer: ProtobufWriter, node: GraphNode): void {
  for (const input of node.inputs) writer.string(NODE.input, input);
  for (const output of node.outputs) writer.string(NODE.output, output);
  writer.string(NODE.name, node.name);
  writer.string(NODE.op, node.op);
  const kinds = schemaOf(node.domain, node.op)?.attributes ?? {};
  for (const [name, value] of Object.entries(node.attributes)) {
    const kind = kinds[name];
    if (kind === undefined) throw new GraphError(`${node.name}: ${node.op} has no attribute ${name}`);
    writer.message(NODE.attribute, () => writeAttribute(writer, name, kind, value));
  }
  if (node.domain !== '') writer.string(NODE.domain, node.domain);
}

function writeAttribute(
  writer: ProtobufWriter,
  name: string,
  kind: AttributeKind,
  value: AttributeValue,
): void {
  writer.string(ATTRIBUTE.name, name);
  if (kind === 'string') writer.string(ATTRIBUTE.string, value as string);
  else if (kind === 'int') writer.int(ATTRIBUTE.int, value as number);
  else if (kind === 'float') writer.float(ATTRIBUTE.float, value as number);
  else for (const item of value as readonly number[]) writer.int(ATTRIBUTE.ints, item);
  writer.int(ATTRIBUTE.kind, ATTRIBUTE_KINDS[kind]);
}

function writeInitialiser(
  writer: ProtobufWriter,
  initialiser: Initialiser,
  locate: (file: string) => string,
): void {
  for (const side of initialiser.shape) writer.int(TENSOR.dims, side);
  writer.int(TENSOR.type, ELEMENT_TYPES[initialiser.type].code);
  writer.string(TENSOR.name, initialiser.name);
  const { data } = initialiser;
  if (data instanceof Uint8Array) {
    writer.bytes(TENSOR.rawData, data);
    return;
  }
  const entries = { location: locate(data.file), offset: String(data.offset), length: String(data.length) };
  for (const [key, value] of Object.entries(entries)) {
    writer.message(TENSOR.externalData, () => {
      writer.string(ENTRY.key, key);
      writer.string(ENTRY.value, value);
    });
  }
  writer.int(TENSOR.dataLocation, EXTERNAL);
}

function writeValueInfo(writer: ProtobufWriter, value: ValueInfo): void {
  writer.string(VALUE.name, value.name);
  writer.message(VALUE.type, () =>
    writer.message(TYPE.tensor, () => {
      writer.int(TENSOR_TYPE.element, ELEMENT_TYPES[value.type].code);
      writer.message(TENSOR_TYPE.shape, () => {
        for (const side of value.shape) {
          writer.message(SHAPE.dimension, () => {
            if (typeof side === 'number') writer.int(DIMENSION.value, side);
            else writer.string(DIMENSION.parameter, side);
          });
        }
      });
    }),
  );
}
