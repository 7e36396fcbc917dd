"""The autoencoder of Stable Diffusion 1.x (Rombach et al. 2022) at any width, in LDM's key names."""
import torch.nn as nn
import torch.nn.functional as F

from .blocks import attend, conv3, zero


class ResBlock(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.norm1 = nn.GroupNorm(32, cin, eps=1e-6)
        self.conv1 = conv3(cin, cout)
        self.norm2 = nn.GroupNorm(32, cout, eps=1e-6)
        self.conv2 = zero(conv3(cout, cout))
        if cin != cout:
            self.nin_shortcut = nn.Conv2d(cin, cout, 1)
        self.inactive = False  # set where conv2 is all zero: the branch adds nothing

    def forward(self, x):
        short = self.nin_shortcut(x) if hasattr(self, 'nin_shortcut') else x
        if self.inactive:
            return short
        x = self.conv1(F.silu(self.norm1(x)))
        return short + self.conv2(F.silu(self.norm2(x)))


class AttnBlock(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.GroupNorm(32, width, eps=1e-6)
        self.q, self.k, self.v = (nn.Conv2d(width, width, 1) for _ in range(3))
        self.proj_out = zero(nn.Conv2d(width, width, 1))

    def forward(self, x):
        h = self.norm(x)
        q, k, v = (m(h).flatten(2).transpose(1, 2) for m in (self.q, self.k, self.v))
        return x + self.proj_out(attend(q, k, v).transpose(1, 2).reshape(x.shape))


class Downsample(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = conv3(width, width, 2, 0)

    def forward(self, x):
        return self.conv(F.pad(x, (0, 1, 0, 1)))


class Upsample(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = conv3(width, width)

    def forward(self, x):
        return self.conv(F.interpolate(x, scale_factor=2.0, mode='nearest'))


class Middle(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.block_1, self.attn_1, self.block_2 = ResBlock(width, width), AttnBlock(width), ResBlock(width, width)

    def forward(self, x):
        return self.block_2(self.attn_1(self.block_1(x)))


class Level(nn.Module):
    def __init__(self, cin, cout, blocks, down=False, up=False):
        super().__init__()
        self.block = nn.ModuleList([ResBlock(cin if i == 0 else cout, cout) for i in range(blocks)])
        if down:
            self.downsample = Downsample(cout)
        if up:
            self.upsample = Upsample(cout)

    def forward(self, x):
        for block in self.block:
            x = block(x)
        for name in ('downsample', 'upsample'):
            if hasattr(self, name):
                x = getattr(self, name)(x)
        return x


class Encoder(nn.Module):
    def __init__(self, width, mult, blocks, channels):
        super().__init__()
        widths = [width] + [width * m for m in mult]
        top = len(mult) - 1
        self.conv_in = conv3(3, width)
        self.down = nn.ModuleList([Level(widths[i], widths[i + 1], blocks, down=i < top) for i in range(top + 1)])
        self.mid = Middle(widths[-1])
        self.norm_out = nn.GroupNorm(32, widths[-1], eps=1e-6)
        self.conv_out = conv3(widths[-1], 2 * channels)

    def forward(self, x):
        x = self.conv_in(x)
        for level in self.down:
            x = level(x)
        return self.conv_out(F.silu(self.norm_out(self.mid(x))))


class Decoder(nn.Module):
    def __init__(self, width, mult, blocks, channels):
        super().__init__()
        widths = [width * m for m in mult] + [width * mult[-1]]
        self.conv_in = conv3(channels, widths[-1])
        self.mid = Middle(widths[-1])
        self.up = nn.ModuleList([Level(widths[i + 1], widths[i], blocks + 1, up=i > 0) for i in range(len(mult))])
        self.norm_out = nn.GroupNorm(32, widths[0], eps=1e-6)
        self.conv_out = conv3(widths[0], 3)

    def forward(self, z):
        x = self.mid(self.conv_in(z))
        for level in reversed(self.up):
            x = level(x)
        return self.conv_out(F.silu(self.norm_out(x)))


class VAE(nn.Module):
    def __init__(self, width, mult, blocks, channels):
        super().__init__()
        self.encoder = Encoder(width, mult, blocks, channels)
        self.decoder = Decoder(width, mult, blocks, channels)
        self.quant_conv = nn.Conv2d(2 * channels, 2 * channels, 1)
        self.post_quant_conv = nn.Conv2d(channels, channels, 1)

    def encode(self, x):
        """Pictures [n, 3, h, w] in -1..1 to (mean, log variance), both unscaled, [n, channels, h/8, w/8]."""
        mean, logvar = self.quant_conv(self.encoder(x)).chunk(2, 1)
        return mean, logvar.clamp(-30.0, 20.0)

    def decode(self, z):
        """Unscaled latents to pictures, about -1..1."""
        return self.decoder(self.post_quant_conv(z))

    def skip_zero_branches(self):
        """Residual branches whose last convolution is exactly zero need not be computed. Returns self."""
        for module in self.modules():
            if isinstance(module, ResBlock):
                module.inactive = not bool(module.conv2.weight.any()) and not bool(module.conv2.bias.any())
        return self
