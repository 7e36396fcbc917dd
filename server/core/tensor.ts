/** A dense float32 tensor, row-major. Pictures and latents are NCHW. The only type that rooms of core share. */
export interface Tensor {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** A tensor of zeros. */
export function zeros(shape: readonly number[]): Tensor {
  return { data: new Float32Array(elementCount(shape)), shape };
}

/** A copy that shares no memory. */
export function cloneTensor(tensor: Tensor): Tensor {
  return { data: tensor.data.slice(), shape: tensor.shape };
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** View of item `index` of the first dimension, shape [1, ...rest]; shares memory. */
export function itemOf(tensor: Tensor, index: number): Tensor {
  const rest = tensor.shape.slice(1);
  const size = elementCount(rest);
  return { data: tensor.data.subarray(index * size, (index + 1) * size), shape: [1, ...rest] };
}
