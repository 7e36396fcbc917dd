/** What the pipeline knows of a loaded checkpoint. All arrays are float32, row-major. */
export interface ModelInfo {
  /** Family id, e.g. "sd1". */
  family: string;
  /** What the UNet takes beside the latent: nothing, a mask and a masked picture, or a picture to edit. */
  variant: 'txt2img' | 'inpainting' | 'instruct-pix2pix';
  prediction: 'epsilon' | 'v';
  latentChannels: number;
  /** Channels of `PredictCall.x`: the latent's, and what the variant adds behind them. */
  inputChannels: number;
  /** Picture pixels per latent pixel. */
  downscale: number;
  /** Latents are multiplied by this after encoding and divided before decoding. */
  latentScale: number;
  contextWidth: number;
  /** Hidden layers of the text encoder: clip skip is at most this. */
  textLayers: number;
  /** Picture size the checkpoint was trained at. */
  nativeWidth: number;
  nativeHeight: number;
}

export interface CheckpointModel {
  readonly path: string;
  readonly info: ModelInfo;
  /**
   * tokens: chunks × 77 ids (int32), start and end tokens included. clipSkip 1 = last layer. The final layer norm is
   * applied in every case. Returns [chunks, 77, contextWidth].
   */
  encodeText(tokens: Int32Array, chunks: number, clipSkip: number): Promise<Float32Array>;
  /**
   * One UNet call. x: [1, inputChannels, height, width], already scaled by the caller; timestep may be fractional;
   * context: [1, contextTokens, contextWidth]. Returns the raw prediction, [1, latentChannels, height, width].
   * Any height and width of at least 1 work.
   */
  predict(call: PredictCall): Promise<Float32Array>;
  /** latent: [1, latentChannels, height, width], unscaled. Returns [1, 3, height·8, width·8], about -1..1. */
  decode(latent: Float32Array, height: number, width: number): Promise<Float32Array>;
  /** image: [1, 3, height, width] in -1..1, sides multiples of 8. Returns moments [1, 2·channels, h/8, w/8]: mean, logvar. */
  encode(image: Float32Array, height: number, width: number): Promise<Float32Array>;
  /** Frees all sessions. */
  close(): Promise<void>;
}

export interface PredictCall {
  x: Float32Array;
  height: number;
  width: number;
  timestep: number;
  context: Float32Array;
  contextTokens: number;
}

export interface RuntimeStats {
  /** Milliseconds inside onnxruntime's `session.run` since the runtime was made. */
  sessionRunMs: number;
  /** Milliseconds spent creating sessions. */
  sessionCreateMs: number;
  predictCalls: number;
}

export type Device = 'auto' | 'cpu' | 'cuda' | 'webgpu' | 'dml' | 'coreml';

export interface Runtime {
  /** Execution provider that the probe chose. */
  readonly provider: string;
  /** One line per provider tried and not taken, with the reason. */
  readonly notes: readonly string[];
  /**
   * Opens a checkpoint: reads its header, identifies the family, builds graphs. Sessions are created when first used
   * and kept while memory allows. Throws TapestryError CHECKPOINT_MISSING, CHECKPOINT_BROKEN or CHECKPOINT_UNSUPPORTED.
   */
  open(path: string): Promise<CheckpointModel>;
  stats(): RuntimeStats;
  close(): Promise<void>;
}
