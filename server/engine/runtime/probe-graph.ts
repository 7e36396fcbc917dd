import { createGraphBuilder } from '#core/graph/builder.ts';
import type { Graph } from '#core/graph/types.ts';

/** Sides that make a run long enough to tell a real accelerator from a software one, and short enough for a start. */
const CHANNELS = 64;
const SIDE = 48;
const STRIDE = 3;
const TOKENS = (SIDE / STRIDE) ** 2;

/** One op of each kind that the models lean on: convolution, group norm, SiLU, attention, GELU, linear. */
export function buildProbe(): Graph {
  const builder = createGraphBuilder('probe', () => undefined);
  const root = builder.root;
  const kernel = root.float32(wave(CHANNELS * CHANNELS * 9, 0.05), [CHANNELS, CHANNELS, 3, 3]);
  const matrix = root.float32(wave(CHANNELS * CHANNELS, 0.2), [CHANNELS, CHANNELS]);
  const scale = root.float32(wave(CHANNELS, 1));
  const convolve = (x: string, stride: number) =>
    root.op('Conv', [x, kernel], { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [stride, stride] });
  const norm = { groups: 32, channels: CHANNELS, epsilon: 1e-5 };

  const x = builder.input('x', 'float32', [1, CHANNELS, SIDE, SIDE]);
  const normal = root.op('tapestry.GroupNorm', [convolve(x, 1), scale, scale], norm);
  const active = convolve(root.op('tapestry.SigmoidUnit', [normal], { alpha: 1 }), STRIDE);
  const sequence = root.op('Reshape', [
    root.op('Transpose', [active], { perm: [0, 2, 3, 1] }),
    root.int64([-1, CHANNELS]),
  ]);
  const attended = root.op('tapestry.Attention', [sequence, sequence, sequence], {
    heads: 4,
    width: CHANNELS,
  });
  const open = root.op('com.microsoft.Gelu', [attended]);
  const y = root.op('Gemm', [open, matrix], { transB: 1 }, { outputs: ['y'] });
  builder.output(y, 'float32', [TOKENS, CHANNELS]);
  return builder.finish();
}

export function probeInput(): { data: Float32Array; shape: number[] } {
  return { data: wave(CHANNELS * SIDE * SIDE, 1), shape: [1, CHANNELS, SIDE, SIDE] };
}

/** Numbers without a pattern that a kernel could get right by accident; the same on every machine. */
function wave(length: number, amplitude: number): Float32Array {
  return Float32Array.from({ length }, (_, index) => amplitude * Math.sin(index * index * 0.37 + index));
}
