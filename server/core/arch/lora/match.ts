/** Which layers of a checkpoint an add-on file changes, told from names and shapes alone. */
import { algebraOf, misfit } from './apply.ts';
import { parseBundledEmbedding, parseFileKey } from './file-keys.ts';
import { referenceNames } from './layer-names.ts';
import type { LoraAlgebra, LoraTarget } from './types.ts';

/** A layer's part of an add-on that fits a layer of the checkpoint. */
export interface LoraLayer {
  target: LoraTarget;
  algebra: LoraAlgebra;
  /** Parameter → tensor name in the file. */
  keys: ReadonlyMap<string, string>;
}

export interface Unmatched {
  /** The layer as the file names it, or a tensor that is of no known add-on. */
  name: string;
  reason: string;
}

export interface LoraMatch {
  layers: LoraLayer[];
  unmatched: Unmatched[];
  /** Embeddings in the file: name → (tensor of the embedding → tensor name in the file). */
  embeddings: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

type Shapes = ReadonlyMap<string, { readonly shape: readonly number[] }>;

export function matchLora(tensors: Shapes, targets: ReadonlyMap<string, LoraTarget>): LoraMatch {
  const groups = new Map<string, Map<string, string>>();
  const embeddings = new Map<string, Map<string, string>>();
  const unmatched: Unmatched[] = [];
  for (const key of tensors.keys()) {
    const embedding = parseBundledEmbedding(key);
    const parsed = parseFileKey(key);
    if (embedding !== null) groupOf(embeddings, embedding.name).set(embedding.tensor, key);
    else if (parsed !== null) groupOf(groups, parsed.layer).set(parsed.param, key);
    else unmatched.push({ name: key, reason: 'it is no parameter of a known add-on' });
  }
  const layers: LoraLayer[] = [];
  for (const [layer, keys] of groups) {
    const found = matchLayer(layer, keys, tensors, targets);
    if ('reason' in found) unmatched.push({ name: layer, reason: found.reason });
    else layers.push(found);
  }
  return { layers, unmatched, embeddings };
}

/** One sentence for people where some of an add-on does not fit; null where all of it does. */
export function describeUnmatched({ layers, unmatched }: LoraMatch): string | null {
  if (unmatched.length === 0) return null;
  const [first] = unmatched as [Unmatched];
  const others = unmatched.length === 1 ? '' : ` and ${unmatched.length - 1} more`;
  const total = layers.length + unmatched.length;
  const share =
    layers.length === 0
      ? 'none of its layers fit this model'
      : `${unmatched.length} of ${total} layers do not fit`;
  return `${share}: ${first.name} (${first.reason})${others}`;
}

function matchLayer(
  layer: string,
  keys: ReadonlyMap<string, string>,
  tensors: Shapes,
  targets: ReadonlyMap<string, LoraTarget>,
): LoraLayer | { reason: string } {
  const algebra = algebraOf(new Set(keys.keys()));
  if (algebra === undefined) return { reason: `no kind of add-on has just ${[...keys.keys()].join(', ')}` };
  const name = referenceNames(layer).find((candidate) => targets.has(candidate));
  if (name === undefined) return { reason: 'the model has no such layer' };
  const target = targets.get(name)!;
  const shapes = new Map([...keys].map(([param, key]) => [param, tensors.get(key)!.shape]));
  const reason = misfit(algebra, shapes, target.shape);
  return reason === null ? { target, algebra, keys } : { reason };
}

function groupOf(groups: Map<string, Map<string, string>>, name: string): Map<string, string> {
  let group = groups.get(name);
  if (group === undefined) {
    group = new Map();
    groups.set(name, group);
  }
  return group;
}
