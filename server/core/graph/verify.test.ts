import { describe, expect, it } from 'vitest';
import type { Graph, GraphNode } from './types.ts';
import { verify } from './verify.ts';

const add: GraphNode = {
  name: 'add',
  op: 'Add',
  domain: '',
  inputs: ['x', 'x'],
  outputs: ['y'],
  attributes: {},
};
const legal: Graph = {
  name: 'g',
  inputs: [{ name: 'x', type: 'float32', shape: [2] }],
  outputs: [{ name: 'y', type: 'float32', shape: [2] }],
  nodes: [add],
  initialisers: new Map(),
};
const withInitialiser = (shape: number[], length: number, offset = 0): Graph => ({
  ...legal,
  initialisers: new Map([['w', { name: 'w', type: 'float32', shape, data: { file: 'f', offset, length } }]]),
});
const concat = (attributes: GraphNode['attributes']): Graph => ({
  ...legal,
  nodes: [{ ...add, op: 'Concat', attributes }],
});

describe('verify', () => {
  it('accepts a legal graph', () => {
    expect(() => verify(legal, { lowered: true })).not.toThrow();
    expect(() => verify(withInitialiser([3], 12), { lowered: true })).not.toThrow();
  });

  it.each<[string, Graph, RegExp]>([
    [
      'a value used before it is defined',
      { ...legal, nodes: [{ ...add, inputs: ['x', 'z'] }] },
      /uses z, which is not/,
    ],
    [
      'a value defined twice',
      { ...legal, nodes: [add, { ...add, name: 'again' }] },
      /y is defined twice.*again/,
    ],
    [
      'an output that shadows an input',
      { ...legal, nodes: [{ ...add, outputs: ['x'] }] },
      /x is defined twice/,
    ],
    [
      'a node without a name for its output',
      { ...legal, nodes: [add, { ...add, outputs: [''] }] },
      /without a name/,
    ],
    ['an unknown op', { ...legal, nodes: [{ ...add, op: 'Adds' }] }, /unknown op \.Adds/],
    ['an op of a foreign domain', { ...legal, nodes: [{ ...add, domain: 'else' }] }, /unknown op else\.Add/],
    [
      'too many inputs',
      { ...legal, nodes: [{ ...add, inputs: ['x', 'x', 'x'] }] },
      /takes 2 to 2 inputs, has 3/,
    ],
    ['an output that is not there', { ...legal, nodes: [] }, /output y is not defined/],
    ['no outputs', { ...legal, outputs: [] }, /there is no output/],
    ['a missing attribute', concat({}), /Concat needs the attribute axis/],
    ['an unknown attribute', concat({ axis: 0, axes: 1 }), /Concat has no attribute axes/],
    ['an attribute of another kind', concat({ axis: 0.5 }), /Concat's axis is 0.5, not int/],
    ['bytes that do not fit the shape', withInitialiser([3], 16), /w: float32\[3\] needs 12 bytes, has 16/],
    ['a shape that is none', withInitialiser([-3], 12), /w: shape \[-3\]/],
    ['an offset before the file', withInitialiser([3], 12, -4), /w: offset -4/],
  ])('refuses %s', (_, graph, reason) => {
    expect(() => verify(graph, { lowered: true })).toThrow(reason);
  });

  it('refuses composite ops once passes ran', () => {
    const composite = {
      ...legal,
      nodes: [{ ...add, op: 'SigmoidUnit', domain: 'tapestry', inputs: ['x'], attributes: { alpha: 1 } }],
    };
    expect(() => verify(composite, { lowered: false })).not.toThrow();
    expect(() => verify(composite, { lowered: true })).toThrow(/SigmoidUnit was not lowered/);
  });
});
