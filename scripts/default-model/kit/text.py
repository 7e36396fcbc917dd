"""CLIP's text encoder (Radford et al. 2021) at any width, in transformers' key names."""
import torch
import torch.nn as nn
import torch.nn.functional as F

from .blocks import join_heads, split_heads


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.k_proj, self.v_proj, self.q_proj, self.out_proj = (nn.Linear(width, width) for _ in range(4))

    def forward(self, x, mask):
        q, k, v = (split_heads(p(x), self.heads) for p in (self.q_proj, self.k_proj, self.v_proj))
        weights = torch.matmul(q * q.shape[-1] ** -0.5, k.transpose(-1, -2)) + mask
        return self.out_proj(join_heads(torch.matmul(weights.softmax(-1), v)))


class MLP(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        x = self.fc1(x)
        return self.fc2(x * torch.sigmoid(1.702 * x))  # quick GELU


class Layer(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.self_attn = Attention(width, heads)
        self.layer_norm1 = nn.LayerNorm(width)
        self.mlp = MLP(width)
        self.layer_norm2 = nn.LayerNorm(width)

    def forward(self, x, mask):
        x = x + self.self_attn(self.layer_norm1(x), mask)
        return x + self.mlp(self.layer_norm2(x))


class Embeddings(nn.Module):
    def __init__(self, vocab, length, width):
        super().__init__()
        self.token_embedding = nn.Embedding(vocab, width)
        self.position_embedding = nn.Embedding(length, width)
        nn.init.normal_(self.token_embedding.weight, std=0.02)
        nn.init.normal_(self.position_embedding.weight, std=0.02)


class Layers(nn.Module):
    def __init__(self, count, width, heads):
        super().__init__()
        self.layers = nn.ModuleList([Layer(width, heads) for _ in range(count)])


class TextModel(nn.Module):
    def __init__(self, width, layers, heads, length, vocab):
        super().__init__()
        self.embeddings = Embeddings(vocab, length, width)
        self.encoder = Layers(layers, width, heads)
        self.final_layer_norm = nn.LayerNorm(width)
        self.register_buffer('mask', torch.full((length, length), -1e9).triu(1), persistent=False)

    def forward(self, ids, table=None):
        """Ids [n, tokens] -> [n, tokens, width]. `table` stands in for the token embeddings."""
        tokens = ids.shape[1]
        x = F.embedding(ids, self.embeddings.token_embedding.weight if table is None else table)
        x = x + self.embeddings.position_embedding.weight[:tokens]
        for layer in self.encoder.layers:
            x = layer(x, self.mask[:tokens, :tokens])
        return self.final_layer_norm(x)
