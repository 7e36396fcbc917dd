import { createEmitter, draftFrom } from '../emitter.ts';
import { ELEMENT_TYPES, type ElementType, type Graph } from '../types.ts';
import type { Pass } from './pass.ts';

const COMPUTE_TYPE: ElementType = 'float32';
const CAST_TYPES: ReadonlySet<ElementType> = new Set(['float16', 'bfloat16', 'float64']);

/**
 * Weights that are stored in another float type than the graph computes in get one Cast each, right before their first
 * use, so that a runtime which casts while it runs holds few of them at a time.
 */
export const widenWeights: Pass = {
  name: 'widen weights',
  run(graph: Graph): Graph {
    const draft = draftFrom(graph);
    const emit = createEmitter(draft);
    const widened = new Map<string, string>();
    const widen = (input: string): string => {
      const initialiser = graph.initialisers.get(input);
      if (initialiser === undefined || !CAST_TYPES.has(initialiser.type)) return input;
      const known = widened.get(input);
      if (known !== undefined) return known;
      const cast = emit.op(
        'Cast',
        [input],
        { to: ELEMENT_TYPES[COMPUTE_TYPE].code },
        { name: `${input}/${COMPUTE_TYPE}` },
      );
      widened.set(input, cast);
      return cast;
    };
    for (const node of graph.nodes) draft.nodes.push({ ...node, inputs: node.inputs.map(widen) });
    return { ...graph, nodes: draft.nodes, initialisers: draft.initialisers };
  },
};
