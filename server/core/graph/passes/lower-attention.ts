import type { Emitter } from '../emitter.ts';
import { COMPOSITE_DOMAIN } from '../ops.ts';
import type { GraphNode } from '../types.ts';
import { numberOf, type Pass, rewriteNodes } from './pass.ts';

/** tapestry.Attention → the provider's fused op, or MatMul, Softmax, MatMul. */
export const lowerAttention: Pass = {
  name: 'lower attention',
  run: (graph, profile) =>
    rewriteNodes(graph, (node, emit) => {
      if (node.domain !== COMPOSITE_DOMAIN || node.op !== 'Attention') return false;
      if (profile.attention === 'fused') emitFused(node, emit);
      else emitPlain(node, emit);
      return true;
    }),
};

function emitFused(node: GraphNode, emit: Emitter): void {
  const width = numberOf(node, 'width');
  const inputs = node.inputs.map((input) => emit.op('Reshape', [input, emit.int64([1, -1, width])]));
  const attributes = { num_heads: numberOf(node, 'heads') };
  const causal = numberOf(node, 'causal') > 0 ? { unidirectional: 1 } : {};
  const attended = emit.op('com.microsoft.MultiHeadAttention', inputs, { ...attributes, ...causal });
  emit.op('Reshape', [attended, emit.int64([-1, width])], {}, { outputs: node.outputs });
}

function emitPlain(node: GraphNode, emit: Emitter): void {
  const width = numberOf(node, 'width');
  const heads = numberOf(node, 'heads');
  const causal = numberOf(node, 'causal');
  const headWidth = width / heads;
  const perHead = (value: string, perm: readonly number[]) =>
    emit.op('Transpose', [emit.op('Reshape', [value, emit.int64([-1, heads, headWidth])])], { perm });
  const [query, key, value] = node.inputs as [string, string, string];
  const scaled = emit.op('Mul', [query, emit.float32([headWidth ** -0.5], [])]);
  let scores = emit.op('MatMul', [perHead(scaled, [1, 0, 2]), perHead(key, [1, 2, 0])]);
  if (causal > 0) scores = emit.op('Add', [scores, emit.float32(causalMask(causal), [1, causal, causal])]);
  const attended = emit.op('MatMul', [emit.op('Softmax', [scores], { axis: -1 }), perHead(value, [1, 0, 2])]);
  const joined = emit.op('Transpose', [attended], { perm: [1, 0, 2] });
  emit.op('Reshape', [joined, emit.int64([-1, width])], {}, { outputs: node.outputs });
}

/** [length, length]: 0 where a row may look, a number that softmax turns into 0 where it may not. */
function causalMask(length: number): Float32Array {
  const mask = new Float32Array(length * length);
  for (let row = 0; row < length; row += 1) mask.fill(-1e30, row * length + row + 1, (row + 1) * length);
  return mask;
}
