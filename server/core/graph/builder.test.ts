import { describe, expect, it } from 'vitest';
import { createGraphBuilder, type WeightSource } from './builder.ts';
import { dump } from './dump.ts';

const stored = new Map([
  ['net.conv.weight', { type: 'float16', shape: [4, 4, 1, 1], file: 'model', offset: 7, length: 32 }],
  ['net.conv.bias', { type: 'float16', shape: [4], file: 'model', offset: 39, length: 8 }],
] as const);
const weights: WeightSource = (key) => (stored as Map<string, ReturnType<WeightSource> & object>).get(key);

describe('graph builder', () => {
  it('names initialisers by their checkpoint key and values by their scope', () => {
    const builder = createGraphBuilder('small', weights);
    const x = builder.input('x', 'float32', [1, 4, 'height', 'width']);
    const conv = builder.root.in('net').in('conv');
    const y = conv.op('Conv', [x, conv.weight('weight'), conv.weight('bias')]);
    const z = conv.op('Add', [conv.op('Add', [y, x]), y]);
    builder.output(z, 'float32', [1, 4, 'height', 'width']);
    expect(dump(builder.finish())).toBe(
      [
        'graph small',
        'input x float32[1,4,height,width]',
        'net.conv/Conv = Conv(x, net.conv.weight float16[4,4,1,1], net.conv.bias float16[4])',
        'net.conv/Add = Add(net.conv/Conv, x)',
        'net.conv/Add_2 = Add(net.conv/Add, net.conv/Conv)',
        'output net.conv/Add_2 float32[1,4,height,width]',
        '',
      ].join('\n'),
    );
  });

  it('shows the same bytes in another shape', () => {
    const builder = createGraphBuilder('small', weights);
    const conv = builder.root.in('net.conv');
    expect(conv.weight('weight', [4, 4, 1, 1])).toBe('net.conv.weight');
    expect(conv.weight('weight', [4, 4])).toBe('net.conv.weight:4x4');
    const { initialisers } = builder.finish();
    expect(initialisers.get('net.conv.weight:4x4')).toEqual({
      name: 'net.conv.weight:4x4',
      type: 'float16',
      shape: [4, 4],
      data: { file: 'model', offset: 7, length: 32 },
    });
  });

  it('keeps one constant for equal content and tells types and shapes apart', () => {
    const { root, finish } = createGraphBuilder('small', weights);
    expect(root.int64([1, -1])).toBe(root.int64([1, -1]));
    const names = [root.int64([1]), root.int64([1], []), root.float32([1]), root.float32([2])];
    expect(new Set(names).size).toBe(4);
    expect(finish().initialisers.size).toBe(5);
    expect(finish().initialisers.get(root.int64([1, -1]))?.data).toEqual(
      Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255),
    );
  });

  it('says which tensor is missing', () => {
    const scope = createGraphBuilder('small', weights).root.in('net');
    expect(scope.has('conv.weight')).toBe(true);
    expect(() => scope.weight('norm.weight')).toThrow('the tensor net.norm.weight is missing');
    expect(() => scope.shapeOf('norm.weight')).toThrow('the tensor net.norm.weight is missing');
  });
});
