/** Tensor names of add-on files: the layer they belong to, and the parameter, in kohya's and LyCORIS' names. */
import { LORA_ALGEBRAS, SHARED_PARAMS } from './algebras.ts';

export interface FileKey {
  layer: string;
  param: string;
}

/** What diffusers and PEFT write → what the algebra calls it. PEFT puts the adapter's name in between. */
const FOREIGN_PARAMS: readonly (readonly [RegExp, string])[] = [
  [/\.lora_A(?:\.[^.]+)?\.weight$/, 'lora_down.weight'],
  [/\.lora_B(?:\.[^.]+)?\.weight$/, 'lora_up.weight'],
  [/\.lora_magnitude_vector(?:\.[^.]+)?(?:\.weight)?$/, 'lora_magnitude_vector'],
  [/(?:\.lora_linear_layer|\.lora)\.down\.weight$/, 'lora_down.weight'],
  [/(?:\.lora_linear_layer|\.lora)\.up\.weight$/, 'lora_up.weight'],
  [/(?<=\.processor\.to_(?:q|k|v|out)_lora)\.down\.weight$/, 'lora_down.weight'],
  [/(?<=\.processor\.to_(?:q|k|v|out)_lora)\.up\.weight$/, 'lora_up.weight'],
];

/** Longest first: `lora_up.weight` before `weight`. */
const OWN_PARAMS = [...LORA_ALGEBRAS.flatMap(({ params }) => params), ...SHARED_PARAMS].sort(
  (a, b) => b.length - a.length,
);

/** null for a name that is of no known add-on. */
export function parseFileKey(key: string): FileKey | null {
  for (const [ending, param] of FOREIGN_PARAMS) {
    const match = ending.exec(key);
    if (match !== null && match.index > 0) return { layer: key.slice(0, match.index), param };
  }
  const param = OWN_PARAMS.find((name) => key.endsWith(`.${name}`));
  if (param === undefined) return null;
  const layer = key.slice(0, -param.length - 1);
  return layer === '' ? null : { layer, param };
}

/** An embedding that travels inside an add-on: `bundle_emb.<name>.<tensor>`. */
export function parseBundledEmbedding(key: string): { name: string; tensor: string } | null {
  const match = /^bundle_emb\.([^.]+)\.(.+)$/.exec(key);
  return match && { name: match[1]!, tensor: match[2]! };
}
