import { createEmitter, draftFrom } from '../emitter.ts';
import { ELEMENT_TYPES, type ElementType, type Graph } from '../types.ts';
import type { Pass } from './pass.ts';

const COMPUTE_TYPE: ElementType = 'float32';
const CAST_TYPES: ReadonlySet<ElementType> = new Set(['float16', 'bfloat16', 'float64']);

/**
 * Weights that are stored in another float type than the graph computes in get one Cast each. The Casts stand before
 * all other nodes: onnxruntime walks back from the outputs and takes inputs with the highest node index first, so this
 * is what makes it cast each weight right before its use. Behind their consumers' inputs, all would be cast at once.
 */
export const widenWeights: Pass = {
  name: 'widen weights',
  run(graph: Graph): Graph {
    const draft = draftFrom(graph);
    const emit = createEmitter(draft);
    const widened = new Map<string, string>();
    for (const [name, { type }] of graph.initialisers) {
      if (!CAST_TYPES.has(type)) continue;
      const attributes = { to: ELEMENT_TYPES[COMPUTE_TYPE].code };
      widened.set(name, emit.op('Cast', [name], attributes, { name: `${name}/${COMPUTE_TYPE}` }));
    }
    const widen = (input: string) => widened.get(input) ?? input;
    for (const node of graph.nodes) draft.nodes.push({ ...node, inputs: node.inputs.map(widen) });
    return { ...graph, nodes: draft.nodes, initialisers: draft.initialisers };
  },
};
