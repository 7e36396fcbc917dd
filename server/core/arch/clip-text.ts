/** CLIP's text encoder (Radford et al. 2021) in the key names of Hugging Face's `CLIPTextModel`. */
import { createGraphBuilder, type Scope, type WeightSource } from '#core/graph/builder.ts';
import { type Graph, GraphError } from '#core/graph/types.ts';
import { add, attention, type Features, gelu, layerNorm, linear, numbered, quickGelu } from './layers.ts';

export interface ClipTextOptions {
  /** Path of the module that holds `embeddings` and `encoder`. */
  prefix: string;
  /** Width of one attention head; the number of heads is not written in a checkpoint. */
  headWidth: number;
  activation: 'quick_gelu' | 'gelu';
}

/** Name of the graph output for a clip skip. */
export function clipSkipOutput(skip: number): string {
  return `clip_skip_${skip}`;
}

export interface ClipTextShape {
  width: number;
  layers: number;
  /** Tokens in a chunk, start and end included. */
  positions: number;
  vocabulary: number;
}

export function clipTextShape(weights: WeightSource, options: ClipTextOptions): ClipTextShape {
  const scope = createGraphBuilder('clip text', weights).root.in(options.prefix);
  const [vocabulary = 0, width = 0] = scope.shapeOf('embeddings.token_embedding.weight');
  const [positions = 0] = scope.shapeOf('embeddings.position_embedding.weight');
  return { width, vocabulary, positions, layers: layersOf(scope).length };
}

/**
 * Input `tokens` int32 [positions]. One output per clip skip N, [positions, width]: hidden_states[-N] under the final
 * layer norm. All of them in one graph, as the norms cost nothing beside the layers and one session serves every skip.
 */
export function buildClipText(weights: WeightSource, options: ClipTextOptions): Graph {
  const { width, positions } = clipTextShape(weights, options);
  const builder = createGraphBuilder('clip text', weights);
  const scope = builder.root.in(options.prefix);
  const tokens = builder.input('tokens', 'int32', [positions]);

  const embeddings = scope.in('embeddings');
  const embedded = embeddings.op('Gather', [embeddings.weight('token_embedding.weight'), tokens], {
    axis: 0,
  });
  const positioned = embeddings.op('Add', [embedded, embeddings.weight('position_embedding.weight')]);
  let x: Features = { value: positioned, channels: width };

  const layers = layersOf(scope);
  if (layers.length === 0) throw new GraphError(`${options.prefix} has no layers`);
  layers.forEach((layer, index) => {
    x = encoderLayer(layer, x, positions, options);
    const normal = layerNorm(scope.in('final_layer_norm'), x);
    const name = clipSkipOutput(layers.length - index);
    builder.output(scope.op('Identity', [normal.value], {}, { outputs: [name] }), 'float32', [
      positions,
      width,
    ]);
  });
  return builder.finish();
}

function layersOf(scope: Scope): Scope[] {
  return numbered(scope, 'encoder.layers', 'mlp.fc1.weight');
}

function encoderLayer(scope: Scope, x: Features, positions: number, options: ClipTextOptions): Features {
  const attend = scope.in('self_attn');
  const normal = layerNorm(scope.in('layer_norm1'), x);
  const [q, k, v] = ['q_proj', 'k_proj', 'v_proj'].map((name) => linear(attend.in(name), normal)) as [
    Features,
    Features,
    Features,
  ];
  const heads = Math.max(1, Math.floor(x.channels / options.headWidth));
  const attended = attention(attend, q, k, v, { heads, causal: positions });
  const seen = add(scope, x, linear(attend.in('out_proj'), attended));

  const inner = linear(scope.in('mlp.fc1'), layerNorm(scope.in('layer_norm2'), seen));
  const active = options.activation === 'quick_gelu' ? quickGelu(scope, inner) : gelu(scope, inner);
  return add(scope, seen, linear(scope.in('mlp.fc2'), active));
}
