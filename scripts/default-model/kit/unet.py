"""The UNet of Stable Diffusion 1.x (Rombach et al. 2022) at any width, in LDM's key names."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from .blocks import attend, conv3, join_heads, split_heads, zero


def timestep_features(t, width, dtype):
    """Sinusoidal features of timesteps [n] -> [n, width], cosines first."""
    frequencies = torch.exp(torch.arange(width // 2, dtype=dtype) * (-math.log(10000.0) / (width // 2)))
    angle = t.to(dtype)[:, None] * frequencies
    return torch.cat([angle.cos(), angle.sin()], 1)


class ResBlock(nn.Module):
    def __init__(self, cin, cout, emb):
        super().__init__()
        self.in_layers = nn.Sequential(nn.GroupNorm(32, cin), nn.SiLU(), conv3(cin, cout))
        self.emb_layers = nn.Sequential(nn.SiLU(), nn.Linear(emb, cout))
        self.out_layers = nn.Sequential(nn.GroupNorm(32, cout), nn.SiLU(), nn.Dropout(0.0), zero(conv3(cout, cout)))
        self.skip_connection = nn.Identity() if cin == cout else nn.Conv2d(cin, cout, 1)

    def forward(self, x, emb, context):
        h = self.in_layers(x) + self.emb_layers(emb)[..., None, None]
        return self.skip_connection(x) + self.out_layers(h)


class Attention(nn.Module):
    def __init__(self, width, context, heads):
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(width, width, bias=False)
        self.to_k = nn.Linear(context, width, bias=False)
        self.to_v = nn.Linear(context, width, bias=False)
        self.to_out = nn.Sequential(nn.Linear(width, width), nn.Dropout(0.0))

    def forward(self, x, context):
        q, k, v = (split_heads(t, self.heads) for t in (self.to_q(x), self.to_k(context), self.to_v(context)))
        return self.to_out(join_heads(attend(q, k, v)))


class GEGLU(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.proj = nn.Linear(cin, 2 * cout)

    def forward(self, x):
        value, gate = self.proj(x).chunk(2, -1)
        return value * F.gelu(gate)


class FeedForward(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.net = nn.Sequential(GEGLU(width, 4 * width), nn.Dropout(0.0), nn.Linear(4 * width, width))

    def forward(self, x):
        return self.net(x)


class TransformerBlock(nn.Module):
    def __init__(self, width, context, heads):
        super().__init__()
        self.attn1 = Attention(width, width, heads)
        self.ff = FeedForward(width)
        self.attn2 = Attention(width, context, heads)
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(width) for _ in range(3))

    def forward(self, x, context):
        h = self.norm1(x)
        x = x + self.attn1(h, h)
        x = x + self.attn2(self.norm2(x), context)
        return x + self.ff(self.norm3(x))


class SpatialTransformer(nn.Module):
    def __init__(self, width, context, heads):
        super().__init__()
        self.norm = nn.GroupNorm(32, width, eps=1e-6)
        self.proj_in = nn.Conv2d(width, width, 1)
        self.transformer_blocks = nn.ModuleList([TransformerBlock(width, context, heads)])
        self.proj_out = zero(nn.Conv2d(width, width, 1))

    def forward(self, x, emb, context):
        h = self.proj_in(self.norm(x)).flatten(2).transpose(1, 2)
        for block in self.transformer_blocks:
            h = block(h, context)
        return x + self.proj_out(h.transpose(1, 2).reshape(x.shape))


class Downsample(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.op = conv3(width, width, 2)

    def forward(self, x, emb, context):
        return self.op(x)


class Upsample(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = conv3(width, width)

    def forward(self, x, emb, context):
        return self.conv(F.interpolate(x, scale_factor=2.0, mode='nearest'))


class Stem(nn.Conv2d):
    def forward(self, x, emb, context):
        return super().forward(x)


class Stage(nn.ModuleList):
    def forward(self, x, emb, context):
        for layer in self:
            x = layer(x, emb, context)
        return x


class UNet(nn.Module):
    """`attn`: downsampling factors at which blocks carry a transformer."""

    def __init__(self, width, mult, blocks, attn, context, heads, channels):
        super().__init__()
        self.width = width
        emb = 4 * width
        self.time_embed = nn.Sequential(nn.Linear(width, emb), nn.SiLU(), nn.Linear(emb, emb))

        def layers(cin, cout, scale):
            made = [ResBlock(cin, cout, emb)]
            if scale in attn:
                made.append(SpatialTransformer(cout, context, heads))
            return made

        ch, scale, skips = width, 1, [width]
        self.input_blocks = nn.ModuleList([Stage([Stem(channels, width, 3, 1, 1)])])
        for i, m in enumerate(mult):
            for _ in range(blocks):
                self.input_blocks.append(Stage(layers(ch, width * m, scale)))
                ch = width * m
                skips.append(ch)
            if i + 1 < len(mult):
                self.input_blocks.append(Stage([Downsample(ch)]))
                skips.append(ch)
                scale *= 2
        self.middle_block = Stage([ResBlock(ch, ch, emb), SpatialTransformer(ch, context, heads), ResBlock(ch, ch, emb)])
        self.output_blocks = nn.ModuleList()
        for i in reversed(range(len(mult))):
            for j in range(blocks + 1):
                made = layers(ch + skips.pop(), width * mult[i], scale)
                ch = width * mult[i]
                if i > 0 and j == blocks:
                    made.append(Upsample(ch))
                    scale //= 2
                self.output_blocks.append(Stage(made))
        self.out = nn.Sequential(nn.GroupNorm(32, ch), nn.SiLU(), zero(conv3(ch, channels)))

    def forward(self, x, t, context):
        """x [n, channels, h, w], timesteps [n], context [n, tokens, context width] -> predicted noise like x."""
        emb = self.time_embed(timestep_features(t, self.width, x.dtype))
        saved = []
        for stage in self.input_blocks:
            x = stage(x, emb, context)
            saved.append(x)
        x = self.middle_block(x, emb, context)
        for stage in self.output_blocks:
            x = stage(torch.cat([x, saved.pop()], 1), emb, context)
        return self.out(x)
