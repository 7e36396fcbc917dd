import type { SafetensorsDtype, SafetensorsHeader } from '#core/formats/safetensors.ts';
import type { WeightSource } from '#core/graph/builder.ts';
import { type ElementType, GraphError } from '#core/graph/types.ts';

const ELEMENT_TYPE_OF: Readonly<Partial<Record<SafetensorsDtype, ElementType>>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
};

/** A checkpoint's tensors as weights for the graph builder; `file` goes into the graph as it is. */
export function weightSource(header: SafetensorsHeader, file: string): WeightSource {
  return (key) => {
    const tensor = header.tensors.get(key);
    if (tensor === undefined) return undefined;
    const type = ELEMENT_TYPE_OF[tensor.dtype];
    if (type === undefined) {
      const known = Object.keys(ELEMENT_TYPE_OF).join(', ');
      throw new GraphError(`the tensor ${key} is stored as ${tensor.dtype}; weights can be ${known}`);
    }
    return { type, shape: tensor.shape, file, offset: tensor.offset, length: tensor.length };
  };
}
