import type { Graph, GraphNode, ValueInfo } from './types.ts';

/**
 * The graph as text, one line a value, for small golden files and for people. Initialisers are shown where they are
 * used, with type and shape; where they lie in a file is left out, so that a dump depends on the model alone.
 */
export function dump(graph: Graph): string {
  const lines = [`graph ${graph.name}`];
  for (const input of graph.inputs) lines.push(`input ${showValue(input)}`);
  for (const node of graph.nodes) lines.push(showNode(graph, node));
  for (const output of graph.outputs) lines.push(`output ${showValue(output)}`);
  return `${lines.join('\n')}\n`;
}

function showValue(value: ValueInfo): string {
  return `${value.name} ${value.type}[${value.shape.join()}]`;
}

function showNode(graph: Graph, node: GraphNode): string {
  const op = node.domain === '' ? node.op : `${node.domain}.${node.op}`;
  const inputs = node.inputs.map((input) => showInput(graph, input));
  const attributes = Object.entries(node.attributes).map(
    ([name, value]) => ` ${name}=${JSON.stringify(value)}`,
  );
  return `${node.outputs.join(', ')} = ${op}(${inputs.join(', ')})${attributes.join('')}`;
}

function showInput(graph: Graph, input: string): string {
  const initialiser = graph.initialisers.get(input);
  if (initialiser === undefined) return input === '' ? '_' : input;
  if (initialiser.data instanceof Uint8Array) return input;
  return `${input} ${initialiser.type}[${initialiser.shape.join()}]`;
}
