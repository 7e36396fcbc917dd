import { COMPOSITE_DOMAIN } from '../ops.ts';
import { numberOf, type Pass, rewriteNodes } from './pass.ts';

/** tapestry.SigmoidUnit (SiLU, quick GELU) → QuickGelu, or Sigmoid and Mul. */
export const lowerSigmoidUnit: Pass = {
  name: 'lower sigmoid unit',
  run: (graph, profile) =>
    rewriteNodes(graph, (node, emit) => {
      if (node.domain !== COMPOSITE_DOMAIN || node.op !== 'SigmoidUnit') return false;
      const [x] = node.inputs as [string];
      const alpha = numberOf(node, 'alpha');
      if (profile.sigmoidUnit === 'fused') {
        emit.op('com.microsoft.QuickGelu', [x], { alpha }, { outputs: node.outputs });
        return true;
      }
      const steepened = alpha === 1 ? x : emit.op('Mul', [x, emit.float32([alpha], [])]);
      emit.op('Mul', [x, emit.op('Sigmoid', [steepened])], {}, { outputs: node.outputs });
      return true;
    }),
};
