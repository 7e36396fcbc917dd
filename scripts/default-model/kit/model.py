"""The whole model, its noise schedule and its sampler.

`LatentDiffusion(config).state_dict()` has exactly the key names of a single-file Stable Diffusion 1.x checkpoint.
"""
import numpy as np
import torch
import torch.nn as nn

from .blocks import Node
from .text import TextModel
from .unet import UNet
from .vae import VAE

LATENT_SCALE = 0.18215
LATENT_SHAPE = (4, 16, 16)
PICTURE_SIZE = 128

CONFIG = {
    'unet': {'width': 64, 'mult': [1, 2, 3], 'blocks': 1, 'attn': [2, 4], 'context': 128, 'heads': 8, 'channels': 4},
    'vae': {'width': 32, 'mult': [3, 2, 2, 4], 'blocks': 1, 'channels': 4},
    'text': {'width': 128, 'layers': 2, 'heads': 2, 'length': 77, 'vocab': 49408},
}


class LatentDiffusion(nn.Module):
    """`vocab`: rows of the token table, where they are fewer than CLIP's."""

    def __init__(self, config=None, vocab=None):
        super().__init__()
        config = config or CONFIG
        text = dict(config['text'])
        if vocab is not None:
            text['vocab'] = vocab
        self.model = Node(diffusion_model=UNet(**config['unet']))
        self.first_stage_model = VAE(**config['vae'])
        self.cond_stage_model = Node(transformer=Node(text_model=TextModel(**text)))

    @property
    def unet(self):
        return self.model.diffusion_model

    @property
    def vae(self):
        return self.first_stage_model

    @property
    def text(self):
        return self.cond_stage_model.transformer.text_model


# Stable Diffusion's "scaled linear" betas.
BETAS = np.linspace(0.00085 ** 0.5, 0.012 ** 0.5, 1000, dtype=np.float64) ** 2
ALPHAS_CUMPROD = torch.tensor(np.cumprod(1.0 - BETAS), dtype=torch.float32)


def ddim_timesteps(steps):
    """Descending, as the product walks them: the last is only where the last step ends."""
    return (np.arange(steps) * (1000 // steps) + 1)[::-1].tolist()


@torch.no_grad()
def ddim(unet, cond, uncond, noise, steps, cfg):
    """Deterministic DDIM (Song et al. 2020, eta 0) with classifier-free guidance, as the product samples.

    cond [n, tokens, width], uncond [1, tokens, width], noise [n, 4, h, w] -> scaled latents like noise.
    """
    x, n, timesteps = noise.clone(), len(noise), ddim_timesteps(steps)
    context = torch.cat([uncond.expand(n, -1, -1), cond])
    for t, t_next in zip(timesteps, timesteps[1:]):
        a, a_next = ALPHAS_CUMPROD[t], ALPHAS_CUMPROD[t_next]
        without, with_text = unet(torch.cat([x, x]), torch.full((2 * n,), t), context).chunk(2)
        eps = without + cfg * (with_text - without)
        x0 = (x - (1 - a).sqrt() * eps) / a.sqrt()
        x = a_next.sqrt() * x0 + (1 - a_next).sqrt() * eps
    return x


def torch_noise(seeds):
    """Start noise as the product draws it: one torch generator per picture. [n, 4, 16, 16]."""
    return torch.stack([torch.randn(LATENT_SHAPE, generator=torch.Generator().manual_seed(seed)) for seed in seeds])
