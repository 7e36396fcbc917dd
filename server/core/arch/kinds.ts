/**
 * Names what a file of weights is by its tensor names and shapes alone. An ordered table: the first kind that matches
 * wins, so special ones stand before the general ones whose names they share.
 */

/** As much of a file's header as telling its kind needs. */
export interface TensorHeader {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, { readonly dtype: string; readonly shape: readonly number[] }>;
}

export interface Kind {
  readonly id: string;
  /** What to tell people, e.g. "this is an SDXL checkpoint". */
  readonly says: string;
}

interface KindRule extends Kind {
  matches(header: TensorHeader): boolean;
}

const UNET = 'model.diffusion_model.';

const RULES: readonly KindRule[] = [
  // Add-ons first: their names contain those of the models they belong to.
  { id: 'control-lora', says: 'a control-LoRA', matches: (h) => has(h, 'lora_controlnet') },
  {
    id: 'lora',
    says: 'a LoRA or one of its relatives (an add-on to a checkpoint)',
    matches: (h) =>
      some(
        h,
        /\.(lora_(down|up|A|B)\.(\w+\.)?weight|(\w+_)?lora(_linear_layer)?\.(down|up)\.weight|hada_w1_a|lokr_w[12](_a)?|oft_blocks|oft_diag|a1\.weight|on_input|diff|w_norm)$/,
      ),
  },
  {
    id: 'ip-adapter',
    says: 'an IP-Adapter',
    matches: (h) => some(h, /^ip_adapter\.\d+\.to_[kv]_ip\.weight$/),
  },
  {
    id: 't2i-adapter',
    says: 'a T2I-Adapter',
    matches: (h) => some(h, /^(adapter\.)?body\.0\.(resnets\.0\.)?block1\.weight$/),
  },
  {
    id: 'controlnet',
    says: 'a ControlNet',
    matches: (h) => some(h, /^control_model\./) || some(h, /^controlnet_cond_embedding\./),
  },
  {
    id: 'animatediff-motion',
    says: 'an AnimateDiff motion module',
    matches: (h) => some(h, /\.motion_modules\.\d+\./),
  },
  {
    id: 'textual-inversion',
    says: 'a textual inversion embedding',
    matches: (h) => h.tensors.size <= 4 && some(h, /^(emb_params|clip_[lg]|string_to_param\..*)$/),
  },
  { id: 'hypernetwork', says: 'a hypernetwork', matches: (h) => some(h, /^\d+\.[01]\.linear\.\d+\.weight$/) },

  // Checkpoints and diffusion models.
  { id: 'flux', says: 'a Flux model', matches: (h) => some(h, /(^|\.)double_blocks\.0\.img_attn\./) },
  {
    id: 'sd3',
    says: 'a Stable Diffusion 3 model',
    matches: (h) =>
      some(h, /(^|\.)joint_blocks\.0\.context_block\./) || some(h, /^transformer_blocks\.0\.norm1_context\./),
  },
  {
    id: 'svd',
    says: 'a Stable Video Diffusion model',
    matches: (h) => some(h, /\.time_(stack|mixer)\./),
  },
  {
    id: 'sdxl-refiner',
    says: 'the SDXL refiner',
    matches: (h) => has(h, `${UNET}label_emb.0.0.weight`) && contextWidth(h) === 1280,
  },
  {
    id: 'sdxl',
    says: 'an SDXL checkpoint',
    matches: (h) => has(h, `${UNET}label_emb.0.0.weight`) || has(h, 'add_embedding.linear_1.weight'),
  },
  {
    id: 'sd2',
    says: 'a Stable Diffusion 2 checkpoint',
    matches: (h) => isUnet(h) && (some(h, /^cond_stage_model\.model\./) || projInDimensions(h) === 2),
  },
  {
    id: 'sd1',
    says: 'a Stable Diffusion 1 checkpoint',
    matches: (h) => has(h, `${UNET}input_blocks.0.0.weight`),
  },
  {
    id: 'sd1',
    says: 'the UNet of Stable Diffusion 1 in diffusers names',
    matches: (h) => isUnet(h) && projInDimensions(h) === 4,
  },

  // Single parts.
  {
    id: 'vae',
    says: 'a VAE without its checkpoint',
    matches: (h) =>
      some(h, /^(first_stage_model\.)?decoder\.(up\.0\.block|up_blocks\.0\.resnets)\.0\.norm1\.weight$/),
  },
  {
    id: 'taesd',
    says: 'a TAESD preview decoder',
    matches: (h) => some(h, /^(decoder\.layers\.)?\d+\.conv\.0\.weight$/),
  },
  {
    id: 'clip-text',
    says: 'a CLIP text encoder without its checkpoint',
    matches: (h) => some(h, /(^|\.)text_model\.encoder\.layers\.0\./),
  },
  {
    id: 'upscaler',
    says: 'an upscaler',
    matches: (h) => some(h, /^((params(_ema)?\.)?(conv_first|body\.0|layers\.0\.residual_group)|model\.0)\./),
  },
  { id: 'llama', says: 'a language model', matches: (h) => has(h, 'model.embed_tokens.weight') },
];

/** What the file is; id "unknown" when no rule knows its names. */
export function identifyKind(header: TensorHeader): Kind {
  const rule = RULES.find((candidate) => candidate.matches(header));
  if (rule !== undefined) return { id: rule.id, says: `this is ${rule.says}` };
  const [first] = header.tensors.keys();
  const example =
    first === undefined ? 'it holds no tensors' : `the first of ${header.tensors.size} is ${first}`;
  return { id: 'unknown', says: `none of its tensor names are known (${example})` };
}

function has({ tensors }: TensorHeader, key: string): boolean {
  return tensors.has(key);
}

function some({ tensors }: TensorHeader, pattern: RegExp): boolean {
  return firstMatch(tensors.keys(), pattern) !== undefined;
}

function firstMatch(keys: Iterable<string>, pattern: RegExp): string | undefined {
  for (const key of keys) if (pattern.test(key)) return key;
  return undefined;
}

function isUnet(header: TensorHeader): boolean {
  return has(header, `${UNET}input_blocks.0.0.weight`) || some(header, /^down_blocks\.0\.resnets\.0\./);
}

function shapeOfFirst({ tensors }: TensorHeader, pattern: RegExp): readonly number[] | undefined {
  const key = firstMatch(tensors.keys(), pattern);
  return key === undefined ? undefined : tensors.get(key)?.shape;
}

/** Width of the text context that the UNet attends to. */
function contextWidth(header: TensorHeader): number | undefined {
  return shapeOfFirst(header, /attn2\.to_k\.weight$/)?.[1];
}

/** 4 where a transformer's proj_in is a convolution (SD 1), 2 where it is a matrix (SD 2, SDXL). */
function projInDimensions(header: TensorHeader): number | undefined {
  return shapeOfFirst(header, /\.proj_in\.weight$/)?.length;
}
