/** Tags that name add-ons: `<lora:name:0.8>`, `<hypernet:name:0.5>`, with positional and named arguments. */
import { strip } from './python-text.ts';

export interface ExtraNetworkTag {
  /** `lora`, `lyco`, `hypernet`, … as written. */
  kind: string;
  positional: string[];
  named: Record<string, string>;
}

const TAG = /<([\p{L}\p{N}_]+):([^>]+)>/gu;

/** The prompt without its tags, and the tags in order. Never throws. */
export function extractExtraNetworks(prompt: string): { prompt: string; tags: ExtraNetworkTag[] } {
  const tags: ExtraNetworkTag[] = [];
  // No tag ends after the last `>`: text there need not be searched.
  const end = prompt.lastIndexOf('>') + 1;
  const stripped = prompt.slice(0, end).replace(TAG, (_, kind: string, body: string) => {
    const tag: ExtraNetworkTag = { kind, positional: [], named: Object.create(null) };
    for (const item of body.split(':')) {
      const parts = item.split('=');
      if (parts.length === 2) tag.named[parts[0]!] = parts[1]!;
      else tag.positional.push(item);
    }
    tags.push(tag);
    return '';
  });
  return { prompt: stripped + prompt.slice(end), tags };
}

export interface LoraArguments {
  name: string;
  /** Multiplier for the text encoder. */
  textEncoder: number;
  /** Multiplier for the UNet; the text encoder's where it is not given. */
  unet: number;
  /** How many ranks to use; null: all. */
  dynDim: number | null;
}

/**
 * `<lora:name:te:unet:dyn>`, each also by name (`te=`, `unet=`, `dyn=`).
 * @returns a problem in plain words, naming the argument, where one is no number: the tag is then left out with a warning
 */
export function readLoraTag(tag: ExtraNetworkTag): LoraArguments | { problem: string } {
  const [name = '', te, unet, dyn] = tag.positional;
  const textEncoder = readNumber(tag.named.te ?? te ?? '1');
  const unetMultiplier = readNumber(tag.named.unet ?? unet ?? tag.named.te ?? te ?? '1');
  const dynDim = readInteger(tag.named.dyn ?? dyn ?? null);
  const problem = (argument: string, value: unknown) => ({
    problem: `<${tag.kind}:${name}>: ${argument} is ${JSON.stringify(value)}, expected a number`,
  });
  if (textEncoder === undefined) return problem('the text encoder multiplier', tag.named.te ?? te);
  if (unetMultiplier === undefined) return problem('the UNet multiplier', tag.named.unet ?? unet);
  if (dynDim === undefined) return problem('dyn', tag.named.dyn ?? dyn);
  return { name, textEncoder, unet: unetMultiplier, dynDim };
}

/** `<hypernet:name:strength>`; strength 1 where it is not given. A problem as in `readLoraTag`. */
export function readHypernetTag(
  tag: ExtraNetworkTag,
): { name: string; strength: number } | { problem: string } {
  const [name = '', given = '1'] = tag.positional;
  const strength = readNumber(given);
  if (strength !== undefined) return { name, strength };
  return { problem: `<${tag.kind}:${name}>: the strength is ${JSON.stringify(given)}, expected a number` };
}

function readNumber(text: string): number | undefined {
  const value = strip(text);
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(value) ? Number(value) : undefined;
}

function readInteger(text: string | null): number | null | undefined {
  if (text === null) return null;
  const value = strip(text);
  return /^[+-]?\d+$/.test(value) ? Number(value) : undefined;
}
