import type { LoraTarget } from './types.ts';

/** A part of a checkpoint: tensor names begin with `prefix`, names of layers in add-ons' terms with `name`. */
export interface TargetPart {
  part: LoraTarget['part'];
  /** With its last dot. */
  prefix: string;
  /** With its last underscore. */
  name: string;
}

/** The parts of a Stable Diffusion 1 checkpoint, given where its UNet and its text encoder lie. */
export function sd1TargetParts(unetPrefix: string, textPrefix: string): TargetPart[] {
  return [
    { part: 'unet', prefix: `${unetPrefix}.`, name: 'diffusion_model_' },
    { part: 'text', prefix: `${textPrefix}.`, name: 'transformer_text_model_' },
  ];
}

/** The layers of a checkpoint by the name that add-ons know them by. */
export function loraTargets(
  tensors: ReadonlyMap<string, { readonly shape: readonly number[] }>,
  parts: readonly TargetPart[],
): Map<string, LoraTarget> {
  const targets = new Map<string, LoraTarget>();
  for (const [key, { shape }] of tensors) {
    const part = parts.find(({ prefix }) => key.startsWith(prefix));
    if (part === undefined || !key.endsWith('.weight')) continue;
    const path = key.slice(part.prefix.length, -'.weight'.length);
    const name = part.name + path.replaceAll('.', '_');
    const bias = `${key.slice(0, -'weight'.length)}bias`;
    targets.set(name, { name, part: part.part, weight: key, bias, shape });
  }
  return targets;
}
