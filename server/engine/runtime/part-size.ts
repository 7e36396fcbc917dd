import type { Graph } from '#core/graph/types.ts';
import type { PartSize } from './memory-plan.ts';

/** Weights of a graph that lie in files; a tensor seen in two shapes counts once. `channels` at full size. */
export function partSize(graph: Graph, channels: number): PartSize {
  const seen = new Set<number>();
  let elements = 0;
  let storedBytes = 0;
  let narrow = false;
  for (const { type, shape, data } of graph.initialisers.values()) {
    if (data instanceof Uint8Array || seen.has(data.offset)) continue;
    seen.add(data.offset);
    elements += shape.reduce((product, side) => product * side, 1);
    storedBytes += data.length;
    narrow ||= type !== 'float32';
  }
  return { elements, storedBytes, narrow, channels };
}
