import { PASSES } from './passes/index.ts';
import type { LoweringProfile } from './profiles.ts';
import type { Graph } from './types.ts';
import { verify } from './verify.ts';

/** Runs all passes for a provider's profile. Throws GraphError when the graph is not legal before or after. */
export function compile(graph: Graph, profile: LoweringProfile): Graph {
  verify(graph, { lowered: false });
  const lowered = PASSES.reduce((current, pass) => pass.run(current, profile), graph);
  verify(lowered, { lowered: true });
  return lowered;
}
