/**
 * From a layer's name in an add-on file to its names in the reference implementation (CompVis/stable-diffusion's and
 * open_clip's module paths, `_` for dots). Add-ons are written in kohya's names (`lora_unet_…`), diffusers' or PEFT's
 * dotted ones, or the reference's own; all are first brought to kohya's form.
 */

interface Rule {
  pattern: RegExp;

  names: (groups: readonly string[]) => readonly string[];
}

const RESNET: Readonly<Record<string, string>> = {
  conv1: 'in_layers_2',
  conv2: 'out_layers_3',
  norm1: 'in_layers_0',
  norm2: 'out_layers_0',
  time_emb_proj: 'emb_layers_1',
  conv_shortcut: 'skip_connection',
};

/** Layers per block of Stable Diffusion 1, 2 and XL, with the down- or upsampler's place. */
const STEP = 3;
const at = (block: string, layer: string, first: number) => Number(block) * STEP + Number(layer) + first;

/** diffusers' UNet → the reference's. An unknown inner name passes as it is: attention blocks are named alike. */
const UNET_RULES: readonly Rule[] = [
  { pattern: /^conv_in$/, names: () => ['input_blocks_0_0'] },
  { pattern: /^conv_norm_out$/, names: () => ['out_0'] },
  { pattern: /^conv_out$/, names: () => ['out_2'] },
  { pattern: /^time_embedding_linear_([12])$/, names: ([n]) => [`time_embed_${n === '1' ? 0 : 2}`] },
  { pattern: /^add_embedding_linear_([12])$/, names: ([n]) => [`label_emb_0_${n === '1' ? 0 : 2}`] },
  {
    pattern: /^down_blocks_(\d+)_attentions_(\d+)_(.+)$/,
    names: ([b, n, rest]) => [`input_blocks_${at(b!, n!, 1)}_1_${rest}`],
  },
  {
    pattern: /^down_blocks_(\d+)_resnets_(\d+)_(.+)$/,
    names: ([b, n, rest]) => [`input_blocks_${at(b!, n!, 1)}_0_${RESNET[rest!] ?? rest}`],
  },
  {
    pattern: /^down_blocks_(\d+)_downsamplers_0_conv$/,
    names: ([b]) => [`input_blocks_${at(b!, '2', 1)}_0_op`],
  },
  { pattern: /^mid_block_attentions_0_(.+)$/, names: ([rest]) => [`middle_block_1_${rest}`] },
  {
    pattern: /^mid_block_resnets_([01])_(.+)$/,
    names: ([n, rest]) => [`middle_block_${2 * Number(n)}_${RESNET[rest!] ?? rest}`],
  },
  {
    pattern: /^up_blocks_(\d+)_attentions_(\d+)_(.+)$/,
    names: ([b, n, rest]) => [`output_blocks_${at(b!, n!, 0)}_1_${rest}`],
  },
  {
    pattern: /^up_blocks_(\d+)_resnets_(\d+)_(.+)$/,
    names: ([b, n, rest]) => [`output_blocks_${at(b!, n!, 0)}_0_${RESNET[rest!] ?? rest}`],
  },
  {
    // It stands third where its block has attention, else second.
    pattern: /^up_blocks_(\d+)_upsamplers_0_conv$/,
    names: ([b]) => [2, 1].map((place) => `output_blocks_${at(b!, '2', 0)}_${place}_conv`),
  },
];

/** Hugging Face's CLIPTextModel → open_clip's transformer (Stable Diffusion 2, and XL's second encoder). */
const OPEN_CLIP_RULES: readonly Rule[] = [
  {
    pattern: /^text_model_encoder_layers_(\d+)_(self_attn_out_proj|mlp_fc1|mlp_fc2|layer_norm1|layer_norm2)$/,
    names: ([n, inner]) => [`transformer_resblocks_${n}_${OPEN_CLIP_INNER[inner!]}`],
  },
];

const OPEN_CLIP_INNER: Readonly<Record<string, string>> = {
  self_attn_out_proj: 'attn_out_proj',
  mlp_fc1: 'mlp_c_fc',
  mlp_fc2: 'mlp_c_proj',
  layer_norm1: 'ln_1',
  layer_norm2: 'ln_2',
};

/** Beginnings of dotted names → kohya's. The first that fits is taken; `(?=…)` keeps what it looks at. */
const DOTTED_PREFIXES: readonly (readonly [RegExp, string])[] = [
  [/^(?:base_model\.model\.)?unet\./, 'lora_unet_'],
  [/^(?:base_model\.model\.)?text_encoder_2\./, 'lora_te2_'],
  [/^(?:base_model\.model\.)?text_encoder\./, 'lora_te_'],
  [/^(?:model\.)?diffusion_model\./, 'lora_unet_'],
  [/^cond_stage_model\.transformer\./, 'lora_te_'],
  [
    /^(?:base_model\.model\.)?(?=(?:down_blocks|up_blocks|mid_block|conv_in|conv_out|time_embedding)\.?)/,
    'lora_unet_',
  ],
  [/^(?:base_model\.model\.)?(?=text_model\.)/, 'lora_te_'],
];

/** Parts of a model by the beginning of a kohya name, each with the reference's name for the rest. */
const PARTS: readonly { prefix: RegExp; names: (rest: string) => string[] }[] = [
  {
    prefix: /^(?:lora|oft|lycoris)_unet_/,
    names: (rest) => [...apply(UNET_RULES, rest), rest].map((name) => `diffusion_model_${name}`),
  },
  {
    prefix: /^(?:lora|oft|lycoris)_te_/,
    names: (rest) => [`transformer_${rest}`, ...apply(OPEN_CLIP_RULES, rest).map((name) => `model_${name}`)],
  },
  {
    prefix: /^(?:lora|oft|lycoris)_te1_/,
    names: (rest) => [`0_transformer_${rest}`, `transformer_${rest}`],
  },
  {
    prefix: /^(?:lora|oft|lycoris)_te2_/,
    names: (rest) => apply(OPEN_CLIP_RULES, rest).map((name) => `1_model_${name}`),
  },
];

/** Names that a layer of an add-on may have in the reference, the likeliest first; empty for one of no known form. */
export function referenceNames(layer: string): string[] {
  const kohya = kohyaName(layer);
  for (const { prefix, names } of PARTS) {
    const match = prefix.exec(kohya);
    if (match !== null) return names(kohya.slice(match[0].length));
  }
  return [];
}

/** A layer's name in kohya's form: a prefix for the part of the model, then the path with `_` for dots. */
export function kohyaName(layer: string): string {
  // Attention processors of early diffusers: `attn1.processor.to_q_lora`.
  const plain = layer
    .replace(/\.processor\.(to_q|to_k|to_v)_lora$/, '.$1')
    .replace(/\.processor\.to_out_lora$/, '.to_out.0');
  const found = DOTTED_PREFIXES.find(([prefix]) => prefix.test(plain));
  const prefixed = found === undefined ? plain : found[1] + plain.replace(found[0], '');
  return prefixed.replaceAll('.', '_');
}

function apply(rules: readonly Rule[], name: string): readonly string[] {
  for (const { pattern, names } of rules) {
    const match = pattern.exec(name);
    if (match !== null) return names(match.slice(1));
  }
  return [];
}
