import type { Graph, GraphNode } from '../types.ts';
import type { Pass } from './pass.ts';

/** Nodes and initialisers that no output depends on. */
export const dropUnused: Pass = {
  name: 'drop unused',
  run(graph: Graph): Graph {
    const used = new Set(graph.outputs.map((output) => output.name));
    const kept: GraphNode[] = [];
    for (const node of graph.nodes.toReversed()) {
      if (!node.outputs.some((output) => used.has(output))) continue;
      for (const input of node.inputs) used.add(input);
      kept.push(node);
    }
    const initialisers = new Map([...graph.initialisers].filter(([name]) => used.has(name)));
    return { ...graph, nodes: kept.reverse(), initialisers };
  },
};
