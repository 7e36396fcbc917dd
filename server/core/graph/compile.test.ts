import { describe, expect, it } from 'vitest';
import { createGraphBuilder } from './builder.ts';
import { compile } from './compile.ts';
import { dump } from './dump.ts';
import { PASSES } from './passes/index.ts';
import { PROFILES } from './profiles.ts';
import type { Graph } from './types.ts';

/** One composite op of each kind over a half-precision weight, and a node that nothing uses. */
function sample(): Graph {
  const weight = (length: number) =>
    ({ type: 'float16', shape: [length], file: 'f', offset: 0, length: length * 2 }) as const;
  const builder = createGraphBuilder('sample', (key) => (key.startsWith('norm.') ? weight(64) : undefined));
  const { root } = builder;
  const norm = root.in('norm');
  const map = builder.input('map', 'float32', [1, 64, 'h', 'w']);
  const rows = builder.input('rows', 'float32', ['n', 8]);
  const normal = norm.op('tapestry.GroupNorm', [map, norm.weight('weight'), norm.weight('bias')], {
    groups: 32,
    channels: 64,
    epsilon: 1e-6,
  });
  root.op('Add', [normal, normal], {}, { name: 'unused' });
  builder.output(
    root.op('tapestry.SigmoidUnit', [normal], { alpha: 1 }, { outputs: ['active'] }),
    'float32',
    [1],
  );
  const attention = { heads: 2, width: 8, causal: 3 };
  const attended = root.op('tapestry.Attention', [rows, rows, rows], attention, { outputs: ['attended'] });
  builder.output(attended, 'float32', ['n', 8]);
  return builder.finish();
}

describe('compile', () => {
  it('lowers for the CPU to fused ops', () => {
    expect(dump(compile(sample(), PROFILES.cpu))).toMatchInlineSnapshot(`
      "graph sample
      input map float32[1,64,h,w]
      input rows float32[n,8]
      norm.weight:64x1x1/float32 = Cast(norm.weight:64x1x1 float16[64,1,1]) to=1
      norm.bias:64x1x1/float32 = Cast(norm.bias:64x1x1 float16[64,1,1]) to=1
      norm/GroupNorm/Reshape = Reshape(map, constant/int64[3]:0,32,-1)
      norm/GroupNorm/InstanceNormalization = InstanceNormalization(norm/GroupNorm/Reshape, constant/float32[32]:#3, constant/float32[32]:#4) epsilon=0.000001
      norm/GroupNorm/Shape = Shape(map)
      norm/GroupNorm/Reshape_2 = Reshape(norm/GroupNorm/InstanceNormalization, norm/GroupNorm/Shape)
      norm/GroupNorm/Mul = Mul(norm/GroupNorm/Reshape_2, norm.weight:64x1x1/float32)
      norm/GroupNorm = Add(norm/GroupNorm/Mul, norm.bias:64x1x1/float32)
      active = com.microsoft.QuickGelu(norm/GroupNorm) alpha=1
      attended/Reshape = Reshape(rows, constant/int64[3]:1,-1,8)
      attended/Reshape_2 = Reshape(rows, constant/int64[3]:1,-1,8)
      attended/Reshape_3 = Reshape(rows, constant/int64[3]:1,-1,8)
      attended/MultiHeadAttention = com.microsoft.MultiHeadAttention(attended/Reshape, attended/Reshape_2, attended/Reshape_3) num_heads=2 unidirectional=1
      attended = Reshape(attended/MultiHeadAttention, constant/int64[2]:-1,8)
      output active float32[1]
      output attended float32[n,8]
      "
    `);
  });

  it('lowers for WebGPU to plain ops', () => {
    expect(dump(compile(sample(), PROFILES.webgpu))).toMatchInlineSnapshot(`
      "graph sample
      input map float32[1,64,h,w]
      input rows float32[n,8]
      norm.weight:64x1x1/float32 = Cast(norm.weight:64x1x1 float16[64,1,1]) to=1
      norm.bias:64x1x1/float32 = Cast(norm.bias:64x1x1 float16[64,1,1]) to=1
      norm/GroupNorm/Reshape = Reshape(map, constant/int64[3]:0,32,-1)
      norm/GroupNorm/ReduceMean = ReduceMean(norm/GroupNorm/Reshape) axes=[2] keepdims=1
      norm/GroupNorm/Sub = Sub(norm/GroupNorm/Reshape, norm/GroupNorm/ReduceMean)
      norm/GroupNorm/Mul = Mul(norm/GroupNorm/Sub, norm/GroupNorm/Sub)
      norm/GroupNorm/ReduceMean_2 = ReduceMean(norm/GroupNorm/Mul) axes=[2] keepdims=1
      norm/GroupNorm/Add = Add(norm/GroupNorm/ReduceMean_2, constant/float32[]:0.000001)
      norm/GroupNorm/Sqrt = Sqrt(norm/GroupNorm/Add)
      norm/GroupNorm/Div = Div(norm/GroupNorm/Sub, norm/GroupNorm/Sqrt)
      norm/GroupNorm/Shape = Shape(map)
      norm/GroupNorm/Reshape_2 = Reshape(norm/GroupNorm/Div, norm/GroupNorm/Shape)
      norm/GroupNorm/Mul_2 = Mul(norm/GroupNorm/Reshape_2, norm.weight:64x1x1/float32)
      norm/GroupNorm = Add(norm/GroupNorm/Mul_2, norm.bias:64x1x1/float32)
      active = com.microsoft.QuickGelu(norm/GroupNorm) alpha=1
      attended/Mul = Mul(rows, constant/float32[]:0.5)
      attended/Reshape = Reshape(attended/Mul, constant/int64[3]:-1,2,4)
      attended/Transpose = Transpose(attended/Reshape) perm=[1,0,2]
      attended/Reshape_2 = Reshape(rows, constant/int64[3]:-1,2,4)
      attended/Transpose_2 = Transpose(attended/Reshape_2) perm=[1,2,0]
      attended/MatMul = MatMul(attended/Transpose, attended/Transpose_2)
      attended/Add = Add(attended/MatMul, constant/float32[1,3,3]:#2)
      attended/Softmax = Softmax(attended/Add) axis=-1
      attended/Reshape_3 = Reshape(rows, constant/int64[3]:-1,2,4)
      attended/Transpose_3 = Transpose(attended/Reshape_3) perm=[1,0,2]
      attended/MatMul_2 = MatMul(attended/Softmax, attended/Transpose_3)
      attended/Transpose_4 = Transpose(attended/MatMul_2) perm=[1,0,2]
      attended = Reshape(attended/Transpose_4, constant/int64[2]:-1,8)
      output active float32[1]
      output attended float32[n,8]
      "
    `);
  });

  it('leaves the graph it was given as it was', () => {
    const graph = sample();
    const before = dump(graph);
    compile(graph, PROFILES.webgpu);
    expect(dump(graph)).toBe(before);
  });

  it('has passes with distinct names', () => {
    expect(new Set(PASSES.map(({ name }) => name)).size).toBe(PASSES.length);
  });
});
