import { type AttributeKind, COMPOSITE_DOMAIN, type OpSchema, schemaOf } from './ops.ts';
import {
  type AttributeValue,
  ELEMENT_TYPES,
  type Graph,
  GraphError,
  type GraphNode,
  type Initialiser,
} from './types.ts';

export interface VerifyOptions {
  /** Refuse the compiler's own ops, which no runtime knows. */
  lowered: boolean;
}

/**
 * Throws GraphError with every fault found: a value defined twice, used before it is defined or never, an op or
 * attribute that the op table does not know, an initialiser whose bytes do not fit its shape.
 */
export function verify(graph: Graph, options: VerifyOptions): void {
  const faults = [...initialiserFaults(graph), ...valueFaults(graph), ...graph.nodes.flatMap(nodeFaults)];
  if (options.lowered) {
    const left = graph.nodes.find((node) => node.domain === COMPOSITE_DOMAIN);
    if (left !== undefined) faults.push(`${left.name}: ${left.op} was not lowered`);
  }
  if (faults.length > 0)
    throw new GraphError(`graph ${graph.name} is not legal: ${faults.slice(0, 10).join('; ')}`);
}

function valueFaults(graph: Graph): string[] {
  const faults: string[] = [];
  const defined = new Set<string>();
  const define = (name: string, by: string) => {
    if (name === '') faults.push(`${by} defines a value without a name`);
    else if (defined.has(name)) faults.push(`${name} is defined twice, the second time by ${by}`);
    defined.add(name);
  };
  for (const input of graph.inputs) define(input.name, 'an input');
  for (const name of graph.initialisers.keys()) define(name, 'an initialiser');
  for (const node of graph.nodes) {
    for (const input of node.inputs) {
      if (input !== '' && !defined.has(input))
        faults.push(`${node.name} uses ${input}, which is not defined before`);
    }
    for (const output of node.outputs) define(output, node.name);
  }
  if (graph.outputs.length === 0) faults.push('there is no output');
  for (const output of graph.outputs) {
    if (!defined.has(output.name)) faults.push(`output ${output.name} is not defined`);
  }
  return faults;
}

function initialiserFaults(graph: Graph): string[] {
  return [...graph.initialisers].flatMap(([name, initialiser]) => {
    const fault = initialiserFault(initialiser);
    return fault === undefined ? [] : [`${name}: ${fault}`];
  });
}

function initialiserFault({ type, shape, data }: Initialiser): string | undefined {
  if (!shape.every((side) => Number.isSafeInteger(side) && side >= 0)) return `shape [${shape}]`;
  const expected = shape.reduce((product, side) => product * side, ELEMENT_TYPES[type].bytes);
  if (data.length !== expected) return `${type}[${shape}] needs ${expected} bytes, has ${data.length}`;
  if (!(data instanceof Uint8Array) && !(Number.isSafeInteger(data.offset) && data.offset >= 0)) {
    return `offset ${data.offset}`;
  }
  return undefined;
}

function nodeFaults(node: GraphNode): string[] {
  const schema = schemaOf(node.domain, node.op);
  if (schema === undefined) return [`${node.name}: unknown op ${node.domain}.${node.op}`];
  return [...arityFaults(node, schema), ...attributeFaults(node, schema)].map(
    (fault) => `${node.name}: ${fault}`,
  );
}

function arityFaults(node: GraphNode, schema: OpSchema): string[] {
  const [fewestOutputs, mostOutputs] = schema.outputs ?? [1, 1];
  const [fewest, most] = schema.inputs;
  const faults: string[] = [];
  if (node.inputs.length < fewest || node.inputs.length > most) {
    faults.push(`${node.op} takes ${fewest} to ${most} inputs, has ${node.inputs.length}`);
  }
  if (node.outputs.length < fewestOutputs || node.outputs.length > mostOutputs) {
    faults.push(`${node.op} gives ${fewestOutputs} to ${mostOutputs} outputs, has ${node.outputs.length}`);
  }
  return faults;
}

function attributeFaults(node: GraphNode, schema: OpSchema): string[] {
  const missing = (schema.required ?? [])
    .filter((name) => !Object.hasOwn(node.attributes, name))
    .map((name) => `${node.op} needs the attribute ${name}`);
  const wrong = Object.entries(node.attributes).flatMap(([name, value]) => {
    const kind = schema.attributes?.[name];
    if (kind === undefined) return [`${node.op} has no attribute ${name}`];
    return fits(kind, value) ? [] : [`${node.op}'s ${name} is ${JSON.stringify(value)}, not ${kind}`];
  });
  return [...missing, ...wrong];
}

function fits(kind: AttributeKind, value: AttributeValue): boolean {
  if (kind === 'string') return typeof value === 'string';
  if (kind === 'ints') return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item));
  if (kind === 'int') return Number.isSafeInteger(value);
  return typeof value === 'number' && Number.isFinite(value);
}
