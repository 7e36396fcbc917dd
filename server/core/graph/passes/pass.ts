import { createEmitter, draftFrom, type Emitter } from '../emitter.ts';
import type { LoweringProfile } from '../profiles.ts';
import type { Graph, GraphNode, Initialiser } from '../types.ts';

/** One step of the compiler: a graph in, a graph out, nothing changed in place. */
export interface Pass {
  /** For people: errors and logs say it. */
  readonly name: string;
  run(graph: Graph, profile: LoweringProfile): Graph;
}

/** What replaces a node. Its last node must define the replaced node's outputs. */
export type Rewrite = (
  node: GraphNode,
  emit: Emitter,
  find: (name: string) => Initialiser | undefined,
) => boolean;

/**
 * Walks the nodes in order. `rewrite` either emits the replacement of a node and returns true, or returns false and
 * leaves it.
 */
export function rewriteNodes(graph: Graph, rewrite: Rewrite): Graph {
  const draft = draftFrom(graph);
  const find = (name: string) => draft.initialisers.get(name);
  for (const node of graph.nodes) {
    if (!rewrite(node, createEmitter(draft, node.name), find)) draft.nodes.push(node);
  }
  return { ...graph, nodes: draft.nodes, initialisers: draft.initialisers };
}

export function numberOf(node: GraphNode, attribute: string): number {
  const value = node.attributes[attribute];
  return typeof value === 'number' ? value : 0;
}
