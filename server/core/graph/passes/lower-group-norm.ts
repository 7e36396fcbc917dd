import type { Emitter } from '../emitter.ts';
import { COMPOSITE_DOMAIN } from '../ops.ts';
import type { GraphNode } from '../types.ts';
import { numberOf, type Pass, rewriteNodes } from './pass.ts';

/**
 * tapestry.GroupNorm → normalisation over the groups, then scale and bias per channel. InstanceNormalization is as
 * accurate as and measured to be at least as fast as opset 21's GroupNormalization, which onnxruntime expands itself.
 */
export const lowerGroupNorm: Pass = {
  name: 'lower group norm',
  run: (graph, profile) =>
    rewriteNodes(graph, (node, emit) => {
      if (node.domain !== COMPOSITE_DOMAIN || node.op !== 'GroupNorm') return false;
      const [x, scale, bias] = node.inputs as [string, string, string];
      const perChannel = [numberOf(node, 'channels'), 1, 1];
      const grouped = emit.op('Reshape', [x, emit.int64([0, numberOf(node, 'groups'), -1])]);
      const normalise = profile.groupNorm === 'instance' ? byInstanceNorm : byMoments;
      const restored = emit.op('Reshape', [normalise(node, grouped, emit), emit.op('Shape', [x])]);
      const scaled = emit.op('Mul', [restored, emit.view(scale, perChannel)]);
      emit.op('Add', [scaled, emit.view(bias, perChannel)], {}, { outputs: node.outputs });
      return true;
    }),
};

function byInstanceNorm(node: GraphNode, grouped: string, emit: Emitter): string {
  const groups = numberOf(node, 'groups');
  const ones = emit.float32(new Float32Array(groups).fill(1));
  const zeros = emit.float32(new Float32Array(groups));
  return emit.op('InstanceNormalization', [grouped, ones, zeros], { epsilon: numberOf(node, 'epsilon') });
}

/** (x - mean) / √(mean((x - mean)²) + ε): the deviations first, so that nothing large cancels. */
function byMoments(node: GraphNode, grouped: string, emit: Emitter): string {
  const mean = (value: string) => emit.op('ReduceMean', [value], { axes: [2], keepdims: 1 });
  const deviation = emit.op('Sub', [grouped, mean(grouped)]);
  const variance = mean(emit.op('Mul', [deviation, deviation]));
  const spread = emit.op('Sqrt', [emit.op('Add', [variance, emit.float32([numberOf(node, 'epsilon')], [])])]);
  return emit.op('Div', [deviation, spread]);
}
