import { COMPOSITE_DOMAIN } from '../ops.ts';
import { numberOf, type Pass, rewriteNodes } from './pass.ts';

/**
 * tapestry.GroupNorm → InstanceNormalization over the groups, then scale and bias per channel. As accurate as and
 * measured to be at least as fast as opset 21's GroupNormalization, which onnxruntime expands itself.
 */
export const lowerGroupNorm: Pass = {
  name: 'lower group norm',
  run: (graph) =>
    rewriteNodes(graph, (node, emit) => {
      if (node.domain !== COMPOSITE_DOMAIN || node.op !== 'GroupNorm') return false;
      const [x, scale, bias] = node.inputs as [string, string, string];
      const groups = numberOf(node, 'groups');
      const perChannel = [numberOf(node, 'channels'), 1, 1];
      const ones = emit.float32(new Float32Array(groups).fill(1));
      const zeros = emit.float32(new Float32Array(groups));
      const grouped = emit.op('Reshape', [x, emit.int64([0, groups, -1])]);
      const normal = emit.op('InstanceNormalization', [grouped, ones, zeros], {
        epsilon: numberOf(node, 'epsilon'),
      });
      const restored = emit.op('Reshape', [normal, emit.op('Shape', [x])]);
      const scaled = emit.op('Mul', [restored, emit.view(scale, perChannel)]);
      emit.op('Add', [scaled, emit.view(bias, perChannel)], {}, { outputs: node.outputs });
      return true;
    }),
};
