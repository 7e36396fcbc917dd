/** How a provider wants composite ops lowered. Data: adding a provider is one entry. */
export interface LoweringProfile {
  /**
   * `fused`: com.microsoft.MultiHeadAttention. `plain`: MatMul, Softmax, MatMul. Fused is faster and lighter where it is
   * right; on WebGPU it was measured to be wrong by 1e-2 at every shape tried.
   */
  readonly attention: 'fused' | 'plain';
  /** `fused`: com.microsoft.QuickGelu. `plain`: Sigmoid and Mul. */
  readonly sigmoidUnit: 'fused' | 'plain';
  /**
   * `instance`: InstanceNormalization over the groups. `moments`: mean and variance spelled out, a thousand times more
   * accurate on WebGPU where a group is small.
   */
  readonly groupNorm: 'instance' | 'moments';
}

/** Plain ONNX ops wherever a fused one has not been checked. All compute in float32. */
const UNCHECKED: LoweringProfile = { attention: 'plain', sigmoidUnit: 'plain', groupNorm: 'moments' };

export const PROFILES = {
  cpu: { attention: 'fused', sigmoidUnit: 'fused', groupNorm: 'instance' },
  webgpu: { attention: 'plain', sigmoidUnit: 'fused', groupNorm: 'moments' },
  cuda: UNCHECKED,
  dml: UNCHECKED,
  coreml: UNCHECKED,
} as const satisfies Record<string, LoweringProfile>;

export type ProviderName = keyof typeof PROFILES;
