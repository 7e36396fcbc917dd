import { onnx } from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import { createGraphBuilder } from './builder.ts';
import { createProtobufWriter } from './protobuf.ts';
import { serialise } from './serialise.ts';

function sample() {
  const weight = {
    type: 'bfloat16',
    shape: [3, 2],
    file: '/models/a',
    offset: 5_000_000_001,
    length: 12,
  } as const;
  const builder = createGraphBuilder('sample', (key) => (key === 'layer.weight' ? weight : undefined));
  const layer = builder.root.in('layer');
  const x = builder.input('x', 'float32', ['rows', 2]);
  const wide = layer.op('Cast', [layer.weight('weight')], { to: 1 });
  const y = layer.op('Gemm', [x, wide], { transB: 1, alpha: 0.5 });
  const open = layer.op('com.microsoft.QuickGelu', [y], { alpha: 1.702 });
  const joined = layer.op('Concat', [open, layer.float32([1, 2, 3], [1, 3])], { axis: -2 });
  builder.output(joined, 'float32', ['more_rows', 3]);
  return builder.finish();
}

describe('serialise', () => {
  const model = onnx.ModelProto.decode(serialise(sample(), (file) => file.slice(1)));
  const graph = model.graph as onnx.GraphProto;

  it('writes a model that a protobuf reader reads', () => {
    expect(onnx.ModelProto.verify(model)).toBeNull();
    expect(Number(model.irVersion)).toBe(8);
    expect(model.opsetImport.map(({ domain, version }) => [domain, Number(version)])).toEqual([
      ['', 17],
      ['com.microsoft', 1],
    ]);
    expect(graph.node.map(({ opType, domain }) => [opType, domain])).toEqual([
      ['Cast', ''],
      ['Gemm', ''],
      ['QuickGelu', 'com.microsoft'],
      ['Concat', ''],
    ]);
  });

  it('keeps attributes with their kinds, negative ones too', () => {
    const [, gemm, quickGelu, concat] = graph.node;
    const { INT, FLOAT } = onnx.AttributeProto.AttributeType;
    expect(gemm?.attribute?.map(({ name, type, i, f }) => [name, type, Number(i), f])).toEqual([
      ['transB', INT, 1, 0],
      ['alpha', FLOAT, 0, 0.5],
    ]);
    expect(quickGelu?.attribute?.[0]?.f).toBeCloseTo(1.702, 6);
    expect(String(concat?.attribute?.[0]?.i)).toBe('-2');
  });

  it('points at bytes in files and carries its own constants', () => {
    const [external, inline] = graph.initializer;
    expect(external?.name).toBe('layer.weight');
    expect(external?.dims?.map(Number)).toEqual([3, 2]);
    expect(external?.dataType).toBe(onnx.TensorProto.DataType.BFLOAT16);
    expect(external?.dataLocation).toBe(onnx.TensorProto.DataLocation.EXTERNAL);
    expect(external?.externalData?.map(({ key, value }) => [key, value])).toEqual([
      ['location', 'models/a'],
      ['offset', '5000000001'],
      ['length', '12'],
    ]);
    expect(inline?.rawData).toHaveLength(12);
    expect(inline?.dataLocation).toBe(onnx.TensorProto.DataLocation.DEFAULT);
  });

  it('declares inputs and outputs with symbolic sides', () => {
    const sides = graph.input[0]?.type?.tensorType?.shape?.dim?.map(({ dimParam, dimValue }) => [
      dimParam,
      Number(dimValue),
    ]);
    expect(graph.input[0]?.name).toBe('x');
    expect(sides).toEqual([
      ['rows', 0],
      [null, 2],
    ]);
    expect(graph.output[0]?.type?.tensorType?.elemType).toBe(onnx.TensorProto.DataType.FLOAT);
  });

  it('gives the same bytes for the same graph', () => {
    expect(serialise(sample(), (file) => file)).toEqual(serialise(sample(), (file) => file));
  });
});

describe('protobuf writer', () => {
  /** Sizes around each step of the length prefix, which is written after the message. */
  it.each([0, 1, 127, 128, 16_383, 16_384, 70_000, 2_097_152])('frames a message of %i bytes', (size) => {
    const writer = createProtobufWriter();
    const content = new Uint8Array(size).map((_, index) => index % 251);
    writer.message(7, () => writer.bytes(9, content));
    writer.int(1, 42);
    const outer = createReader(writer.finish());
    expect(outer.field()).toEqual([7, 2]);
    const message = outer.bytes();
    expect(outer.field()).toEqual([1, 0]);
    expect(outer.varint()).toBe(42n);
    const inner = createReader(message);
    expect(inner.field()).toEqual([9, 2]);
    expect(Buffer.compare(inner.bytes(), content)).toBe(0);
  });

  it.each([0, 1, 127, 128, 2 ** 31, 2 ** 32, 2 ** 33 + 5, Number.MAX_SAFE_INTEGER])(
    'writes %i as a varint',
    (value) => {
      const writer = createProtobufWriter();
      writer.int(3, value);
      const reader = createReader(writer.finish());
      expect(reader.field()).toEqual([3, 0]);
      expect(reader.varint()).toBe(BigInt(value));
    },
  );
});

/** As much of a protobuf reader as the writer's tests need. */
function createReader(bytes: Uint8Array) {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = BigInt(bytes[at++] ?? 0);
      value |= (byte & 0x7fn) << shift;
      if (byte < 0x80n) return value;
    }
  };
  return {
    varint,
    field: () => {
      const tag = Number(varint());
      return [tag >> 3, tag & 7];
    },
    bytes: () => {
      const length = Number(varint());
      at += length;
      return bytes.slice(at - length, at);
    },
  };
}
